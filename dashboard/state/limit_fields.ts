/** What a form of limits says, as an order that proxies understand. Pure. */
import type { Command } from "../../manager/api/model_control.ts";
import type { Settings } from "./settings.ts";

/** The highest weight that a backend may have. */
const MAX_WEIGHT = 256;
/** The highest limit on connections, and what a proxy has that has none. */
const MAX_COUNT = 1_000_000;

type SetLimits = Extract<Command, { command: "set_limits" }>;
export type LimitChanges = Omit<SetLimits, "command">;
export type LimitName = keyof LimitChanges;
/** Limits as they are; null is none. */
export type KnownLimits = Readonly<Record<LimitName, number | null>>;

/** The limits that can be changed, and what each is counted in. */
export const LIMIT_UNITS = {
  max_connections: "count",
  max_connections_per_client: "count",
  accept_rate: "count",
  idle_timeout: "seconds",
  bandwidth: "rate",
  bandwidth_per_connection: "rate",
} as const satisfies Record<LimitName, string>;
export const LIMIT_NAMES = Object.keys(LIMIT_UNITS) as LimitName[];

/** A limit as it stands in a form: a number, or nothing, and its unit. */
export interface LimitField {
  readonly amount: string;
  /** What the number is multiplied with to be seconds, or bytes a second. */
  readonly factor: number;
}
export type LimitFields = Readonly<Record<LimitName, LimitField>>;

export const SECOND_FACTORS = { s: 1, min: 60, h: 3600 } as const;

/** Bytes a second of each unit in which the reader reads rates, the smallest first. */
export function rateUnits(
  { rates, units }: Pick<Settings, "rates" | "units">,
): readonly { readonly unit: string; readonly factor: number }[] {
  const base = units === "binary" ? 1024 : 1000;
  const [factor, unit] = rates === "bits" ? [1 / 8, "bit/s"] : [1, "B/s"];
  const prefixes = units === "binary" ? ["Ki", "Mi", "Gi"] : ["k", "M", "G"];
  return prefixes.map((prefix, i) => ({
    unit: `${prefix}${unit}`,
    factor: factor * base ** (i + 1),
  }));
}

/** A backend's weight; null for what is none. */
export function parseWeight(text: string): number | null {
  const weight = Number(text);
  return /^\s*\d{1,3}\s*$/.test(text) && weight >= 1 && weight <= MAX_WEIGHT ? weight : null;
}

/** The form for limits as they are, or an empty one where that is not known. */
export function limitFields(
  known: KnownLimits | null,
  settings: Pick<Settings, "rates" | "units">,
): LimitFields {
  const rates = rateUnits(settings).map(({ factor }) => factor);
  const usual = { count: 1, seconds: 1, rate: rates[1] };
  const field = (name: LimitName): LimitField => {
    const kind = LIMIT_UNITS[name];
    const value = known?.[name] ?? null;
    if (value === null || isNone(name, value)) return { amount: "", factor: usual[kind] };
    const factors = { count: [1], seconds: Object.values(SECOND_FACTORS), rate: rates }[kind];
    // The largest unit of which there is a whole number, or else the smallest.
    const factor = factors.findLast((factor) => Number.isInteger(value / factor)) ?? factors[0];
    return { amount: amountText(value / factor), factor };
  };
  return Object.fromEntries(LIMIT_NAMES.map((name) => [name, field(name)])) as Record<
    LimitName,
    LimitField
  >;
}

/** As it is written by hand: no exponent, no more digits than mean anything. */
function amountText(amount: number): string {
  return String(Number(amount.toFixed(6)));
}

/** What a proxy says that has no such limit. */
function isNone(name: LimitName, value: number): boolean {
  return name === "max_connections" ? value >= MAX_COUNT : name === "idle_timeout" && value === 0;
}

/** A limit in seconds, bytes a second or pieces; undefined for an empty field, null for what is none. */
export function readLimit(
  name: LimitName,
  { amount, factor }: LimitField,
): number | null | undefined {
  const text = amount.trim();
  if (text === "") return undefined;
  const kind = LIMIT_UNITS[name];
  const pattern = kind === "count" ? /^\d{1,7}$/ : /^\d{1,12}(\.\d{1,6})?$/;
  if (!pattern.test(text)) return null;
  const value = Number(text) * factor;
  const [least, most] = BOUNDS[kind];
  return value >= least && value <= most ? value : null;
}

const BOUNDS = { count: [1, MAX_COUNT], seconds: [0.001, 1_000_000], rate: [1e3, 1e12] } as const;

/**
 * What the form changes, and which of its fields are wrong. Where the limits were `known`, what differs from what
 * stood there `before`, and an empty field is no limit; else what was filled in, and an empty field leaves a limit as
 * it is unless it is to be `lifted`.
 */
export function readLimits(
  fields: LimitFields,
  { before, known, lifted }: {
    before: LimitFields;
    known: boolean;
    lifted: ReadonlySet<LimitName>;
  },
): { changes: LimitChanges; wrong: LimitName[] } {
  const changes: Record<string, number | null> = {};
  const wrong: LimitName[] = [];
  for (const name of LIMIT_NAMES) {
    const value = lifted.has(name) ? undefined : readLimit(name, fields[name]);
    const isSame = sameField(fields[name], before[name]);
    if (value === null) wrong.push(name);
    else if (known ? !isSame : value !== undefined || lifted.has(name)) {
      changes[name] = value ?? null;
    }
  }
  return { changes, wrong };
}

function sameField(a: LimitField, b: LimitField): boolean {
  const [x, y] = [a.amount.trim(), b.amount.trim()];
  return x === y && (x === "" || a.factor === b.factor);
}
