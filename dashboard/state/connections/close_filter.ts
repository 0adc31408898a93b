/** Which connections are to be closed: what a form says of them, as a filter that proxies understand. Pure. */
import type { Command } from "../../../manager/api/model_control.ts";
import { visible } from "../../format.ts";
import { words } from "../../words/words.ts";
import { parseNetwork } from "../labels.ts";
import type { ConnectionQuestion } from "./question.ts";

/** What proxies take as a filter. */
export type ConnectionFilter = Extract<Command, { command: "close_matching" }>["filter"];

/** The longest pattern that a proxy takes. */
export const MAX_PATTERN = 200;
const MAX_SECONDS = 1e9;
/** 30 days. */
const MAX_BLOCK_SECONDS = 30 * 86_400;

/** Seconds of each unit in which a time can be given. */
const SECONDS = { s: 1, min: 60, h: 3600, d: 86_400 };
export type SpanUnit = keyof typeof SECONDS;
export const SPAN_UNITS = Object.keys(SECONDS) as SpanUnit[];

/** A time as it stands in a form: a number, or nothing, and its unit. */
export interface SpanText {
  amount: string;
  unit: SpanUnit;
}

/** What the form says; empty is any. */
export interface FilterFields {
  client: string;
  target: string;
  user: string;
  state: "" | NonNullable<ConnectionFilter["state"]>;
  idle: SpanText;
  older: SpanText;
}

/** What is wrong with a field. */
export type FieldProblem = "network" | "long" | "span";

/** What a table is filtered by that no filter of the proxies can say as it is. */
export interface Unsaid {
  what: "text" | "reason" | "nobody" | "nowhere" | "client" | "long" | "star";
  value: string;
}

/** Seconds of a time in a form, above zero; undefined for none, null for what is no time. */
export function secondsOf({ amount, unit }: SpanText): number | null | undefined {
  const text = amount.trim();
  if (text === "") return undefined;
  if (!/^\d{1,9}(\.\d{1,3})?$/.test(text)) return null;
  const seconds = Number(text) * SECONDS[unit];
  return seconds > 0 && seconds <= MAX_SECONDS ? seconds : null;
}

/** The filter of a form, and what is wrong with its fields. */
export function readFields(
  fields: FilterFields,
): { filter: ConnectionFilter; problems: Partial<Record<keyof FilterFields, FieldProblem>> } {
  const problems: Partial<Record<keyof FilterFields, FieldProblem>> = {};
  const filter: ConnectionFilter = {};
  const client = fields.client.trim();
  if (client !== "") filter.client = client;
  if (client !== "" && !parseNetwork(client)) problems.client = "network";
  for (const name of ["target", "user"] as const) {
    if (fields[name] !== "") filter[name] = fields[name];
    if (fields[name].length > MAX_PATTERN) problems[name] = "long";
  }
  if (fields.state !== "") filter.state = fields.state;
  for (const name of ["idle", "older"] as const) {
    const seconds = secondsOf(fields[name]);
    if (seconds === null) problems[name] = "span";
    else if (seconds !== undefined) filter[`${name}_s`] = seconds;
  }
  return { filter, problems };
}

/** A client's address or network and the seconds that it is blocked for; null for what is none. */
export function readBlock(
  client: string,
  time: SpanText,
): { ip: string | null; seconds: number | null } {
  const ip = client.trim();
  const seconds = secondsOf(time) ?? 0;
  return {
    ip: parseNetwork(ip) ? ip : null,
    seconds: seconds >= 1 && seconds <= MAX_BLOCK_SECONDS ? seconds : null,
  };
}

/** The form for what a table is filtered by, and what of that the form cannot say. */
export function fieldsOf(
  { facets, text }: Pick<ConnectionQuestion, "facets" | "text">,
): { fields: FilterFields; unsaid: Unsaid[] } {
  const unsaid: Unsaid[] = [];
  const pattern = (value: string | undefined, empty: "nobody" | "nowhere"): string => {
    if (value === undefined) return "";
    if (value === "" || value.length > MAX_PATTERN) {
      unsaid.push({ what: value === "" ? empty : "long", value });
      return "";
    }
    if (value.includes("*")) unsaid.push({ what: "star", value });
    return value;
  };
  const { client = "", state = "" } = facets;
  const isNetwork = client === "" || parseNetwork(client) !== null;
  if (!isNetwork) unsaid.push({ what: "client", value: client });
  const fields: FilterFields = {
    client: isNetwork ? client : "",
    target: pattern(facets.target, "nowhere"),
    user: pattern(facets.user, "nobody"),
    // Others are not open, so the table shows none with them.
    state: state === "connecting" || state === "active" ? state : "",
    ...{ idle: { amount: "", unit: "min" }, older: { amount: "", unit: "min" } },
  };
  if (facets.reason !== undefined) unsaid.push({ what: "reason", value: facets.reason });
  if (text.trim() !== "") unsaid.push({ what: "text", value: text.trim() });
  return { fields, unsaid };
}

/** A form's filter in words, in which nothing invisible hides. */
export function filterWords(fields: FilterFields): string {
  const { everything, connections, parts, states } = words.connections.control.filter;
  const { client, target, user, state, idle, older } = fields;
  const span = ({ amount, unit }: SpanText) => words.time[unit](amount.trim());
  const said = [
    client.trim() === "" ? "" : parts.client(visible(client.trim())),
    target === "" ? "" : parts.target(visible(target)),
    user === "" ? "" : parts.user(visible(user)),
    state === "" ? "" : states[state],
    secondsOf(idle) ? parts.idle(span(idle)) : "",
    secondsOf(older) ? parts.older(span(older)) : "",
  ].filter((part) => part !== "");
  return said.length === 0 ? everything : connections(said.join(", "));
}
