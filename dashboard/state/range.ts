/** Which time a chart shows, as the address has it. Pure; times are Unix seconds of the manager's clock. */

/** The ranges that end now, by their word in the address, in seconds. */
export const LAST = {
  "15m": 900,
  "1h": 3600,
  "24h": 86_400,
  "7d": 7 * 86_400,
  "30d": 30 * 86_400,
} as const;
export type LastName = keyof typeof LAST;
export const LAST_NAMES = Object.keys(LAST) as LastName[];

/** How far back the live range reaches, in seconds. */
export const LIVE_SECONDS = 300;

/** Less than this shows nothing: the finest figures of the past are 10 s apart. */
const LEAST_SECONDS = 30;
/** More is never kept. */
const MOST_SECONDS = 3660 * 86_400;

/** From one moment up to another. */
export interface Span {
  from: number;
  to: number;
}

export type Range =
  | { kind: "live" }
  | { kind: "last"; name: LastName }
  | { kind: "fixed"; span: Span };

/** The range that a word of the address names; anything else is the live one. */
export function parseRange(text: string | undefined): Range {
  const name = LAST_NAMES.find((name) => name === text);
  if (name !== undefined) return { kind: "last", name };
  const span = parseSpan(text);
  return span === null ? { kind: "live" } : { kind: "fixed", span };
}

/** The word that {@link parseRange} reads; empty for the live range, which is the usual one. */
export function formatRange(range: Range): string {
  if (range.kind === "live") return "";
  return range.kind === "last" ? range.name : formatSpan(range.span);
}

/** `1700000000-1700003600` as a span, or null for what is none. */
export function parseSpan(text: string | undefined): Span | null {
  const [, from, to] = /^(\d{1,11})-(\d{1,11})$/.exec(text ?? "") ?? [];
  const span = { from: Number(from), to: Number(to) };
  return from !== undefined && isShowable(span) ? span : null;
}

/** A span in whole seconds as the address has it. */
export function formatSpan({ from, to }: Span): string {
  return `${Math.floor(from)}-${Math.ceil(to)}`;
}

/** True for a span that is long enough to show something, and not longer than anything is kept. */
export function isShowable({ from, to }: Span): boolean {
  return from >= 0 && to - from >= LEAST_SECONDS && to - from <= MOST_SECONDS;
}

/** What a range shows at `now`. */
export function spanOf(range: Range, now: number): Span {
  if (range.kind === "fixed") return range.span;
  return { from: now - secondsOf(range), to: now };
}

/** How long a range is. */
export function secondsOf(range: Range): number {
  if (range.kind === "fixed") return range.span.to - range.span.from;
  return range.kind === "live" ? LIVE_SECONDS : LAST[range.name];
}

/** A part of a span, `by` times as long as it (2 is twice), about a moment in it; never beyond `now`. */
export function zoomed({ from, to }: Span, by: number, about: number, now: number): Span {
  const length = Math.min(MOST_SECONDS, Math.max(LEAST_SECONDS, (to - from) * by));
  const share = (about - from) / (to - from);
  return within({ from: about - length * share, to: about + length * (1 - share) }, now);
}

/** The span moved by a share of its length; never beyond `now`. */
export function moved({ from, to }: Span, by: number, now: number): Span {
  const distance = (to - from) * by;
  return within({ from: from + distance, to: to + distance }, now);
}

/** What was drawn over with the pointer, from one moment to another in either order, or null for too little. */
export function drawn(a: number, b: number): Span | null {
  const span = { from: Math.floor(Math.min(a, b)), to: Math.ceil(Math.max(a, b)) };
  if (span.to - span.from >= LEAST_SECONDS) return span;
  const middle = (span.from + span.to) / 2;
  const half = LEAST_SECONDS / 2;
  return span.to === span.from
    ? null
    : { from: Math.floor(middle - half), to: Math.ceil(middle + half) };
}

function within({ from, to }: Span, now: number): Span {
  const over = Math.max(0, to - now);
  const begin = Math.max(0, Math.floor(from - over));
  return { from: begin, to: Math.max(begin + LEAST_SECONDS, Math.ceil(to - over)) };
}
