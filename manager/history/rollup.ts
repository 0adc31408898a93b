/** How figures over time are kept: in tiers, each coarser than the one before and kept for longer. */
import { add } from "../fleet/totals.ts";

/** The tiers' names and steps in seconds, the finest first. */
export const TIERS = [
  { name: "raw", step: 10 },
  { name: "1m", step: 60 },
  { name: "10m", step: 600 },
  { name: "1h", step: 3600 },
] as const;
export type Tier = (typeof TIERS)[number];
export type TierName = Tier["name"];

export const RAW_STEP = TIERS[0].step;
/** Each tier is kept for so much longer, in seconds, so that who asks for the last hour gets it whole. */
export const SLACK_S = 120;
/** Points of a reply at most, and about as many as it has where nobody asks for a step. */
export const MAX_POINTS = 2_000;
const USUAL_POINTS = 500;
/** Steps that divide hours and days, in seconds. */
const STEPS = [
  ...[10, 30, 60, 300, 600, 1800, 3600, 7200, 14_400, 21_600, 43_200],
  ...[86_400, 2 * 86_400, 7 * 86_400, 14 * 86_400],
];

/** What is summed up over a step; `activeSum / samples` is the mean of the active connections. */
export interface Figures {
  sent: number;
  received: number;
  connections: number;
  failed: number;
  rejected: number;
  activeSum: number;
  activeMax: number;
  samples: number;
}

/** Figures of the step that begins at `time`, in Unix seconds. */
export interface Row extends Figures {
  time: number;
}

/** What grows, of a {@link Figures}. */
export type Growth = Pick<Figures, "sent" | "received" | "connections" | "failed" | "rejected">;

/** The begin of the step that `time` is in. */
export function floorTo(time: number, step: number): number {
  return Math.floor(time / step) * step;
}

/** Shares of a growth between two moments, in milliseconds, for each raw step in between; they add up to it. */
export function spread(
  growth: Growth,
  fromMs: number,
  toMs: number,
): { time: number; growth: Growth }[] {
  const last = floorTo(toMs / 1000, RAW_STEP);
  const first = Math.min(last, floorTo(fromMs / 1000, RAW_STEP));
  if (first === last) return [{ time: last, growth: { ...growth } }];
  const shares: { time: number; growth: Growth }[] = [];
  let given = noGrowth();
  for (let time = first; time <= last; time += RAW_STEP) {
    const untilMs = Math.min(toMs, (time + RAW_STEP) * 1000);
    const part = time === last ? 1 : (untilMs - fromMs) / (toMs - fromMs);
    const due = each((name) => Math.floor(growth[name] * part));
    const share = each((name) => due[name] - given[name]);
    given = due;
    shares.push({ time, growth: share });
  }
  return shares;
}

/** No growth at all. */
export function noGrowth(): Growth {
  return each(() => 0);
}

function each(value: (name: keyof Growth) => number): Growth {
  return {
    sent: value("sent"),
    received: value("received"),
    connections: value("connections"),
    failed: value("failed"),
    rejected: value("rejected"),
  };
}

/** Adds what a step has to what another has. */
export function addFigures(to: Figures, more: Figures): void {
  to.sent = add(to.sent, more.sent);
  to.received = add(to.received, more.received);
  to.connections = add(to.connections, more.connections);
  to.failed = add(to.failed, more.failed);
  to.rejected = add(to.rejected, more.rejected);
  to.activeSum = add(to.activeSum, more.activeSum);
  to.activeMax = Math.max(to.activeMax, more.activeMax);
  to.samples = add(to.samples, more.samples);
}

/** Rows of steps of at least `step` seconds, in the order of time; where there was no row there is none. */
export function join(rows: Iterable<Row>, step: number): Row[] {
  const joined = new Map<number, Row>();
  for (const row of rows) {
    const time = floorTo(row.time, step);
    const known = joined.get(time);
    if (known) addFigures(known, row);
    else joined.set(time, { ...row, time });
  }
  return [...joined.values()].sort((a, b) => a.time - b.time);
}

/** A question for figures: Unix seconds, `to` exclusive; a step of null is one that fits. */
export interface Range {
  from: number;
  to: number;
  step: number | null;
}

/** The tier and step that answer a question, or the least step in seconds that would. */
export type Plan = { tier: Tier; step: number; from: number; to: number } | { leastStep: number };

/**
 * Which tier answers: one that reaches back far enough, as coarse as the step allows. `kept` says
 * for how many seconds each tier is kept.
 */
export function plan(range: Range, kept: Record<TierName, number>, now: number): Plan {
  const reaching = TIERS.filter(({ name }) => range.from >= now - kept[name] - SLACK_S);
  const [finest = TIERS[TIERS.length - 1]] = reaching;
  const span = Math.max(1, range.to - range.from);
  const wanted = Math.max(finest.step, range.step ?? usualStep(span, finest.step));
  const tier = reaching.findLast(({ step }) => step <= wanted) ?? finest;
  const step = Math.ceil(wanted / tier.step) * tier.step;
  const from = floorTo(range.from, step);
  if ((range.to - from) / step > MAX_POINTS) {
    const least = span / (MAX_POINTS - 1);
    return { leastStep: STEPS.find((step) => step >= least) ?? Math.ceil(least) };
  }
  return { tier, step, from, to: range.to };
}

function usualStep(span: number, least: number): number {
  const wanted = Math.max(least, span / USUAL_POINTS);
  return STEPS.find((step) => step >= wanted) ?? floorTo(wanted, 86_400) + 86_400;
}

/** A part of a question that one tier answers. */
export interface Segment {
  tier: Tier;
  from: number;
  to: number;
}

/**
 * The parts of a question: a tier answers up to the time until which it is complete, `until`, and
 * finer ones the rest.
 */
export function segments(
  tier: Tier,
  from: number,
  to: number,
  until: (tier: Tier) => number,
): Segment[] {
  const parts: Segment[] = [];
  for (const part of TIERS.slice(0, TIERS.indexOf(tier) + 1).toReversed()) {
    const end = part.name === "raw" ? to : Math.min(to, until(part));
    if (end <= from) continue;
    parts.push({ tier: part, from, to: end });
    from = end;
  }
  return parts;
}
