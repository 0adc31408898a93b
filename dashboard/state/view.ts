/** What the address says of the chart: its range, its zoom, and how proxies are told apart. Pure. */
import type { Mode } from "../chart/datasets.ts";
import { formatSpan, parseRange, parseSpan, type Range, type Span, spanOf } from "./range.ts";
import type { Query } from "./route.ts";

export interface ChartView {
  range: Range;
  zoom: Span | null;
  mode: Mode;
}

const MODES: readonly Mode[] = ["total", "stacked", "lines"];

/** The view that the address names. */
export function parseView({ range, zoom, by }: Query): ChartView {
  const mode = MODES.find((mode) => mode === by) ?? "total";
  return { range: parseRange(range), zoom: parseSpan(zoom), mode };
}

/** What is on the screen at `now`, in Unix seconds. */
export function shownSpan({ range, zoom }: ChartView, now: number): Span {
  return zoom ?? spanOf(range, now);
}

/** What to ask the history for: the last seconds, or a span; null where the live figures are enough. */
export function wantedTime({ range, zoom }: ChartView): number | Span | null {
  if (zoom !== null) return zoom;
  if (range.kind === "fixed") return range.span;
  return range.kind === "live" ? null : spanOf(range, 0).to - spanOf(range, 0).from;
}

/** What changes in the address when another range is chosen: no zoom is left. */
export function rangeQuery(text: string): Query {
  return { range: text, zoom: "" };
}

/** What changes in the address for a zoom, or for none. */
export function zoomQuery(span: Span | null): Query {
  return { zoom: span === null ? "" : formatSpan(span) };
}
