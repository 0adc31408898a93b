import type { Traffic } from "../../chart/use_traffic.ts";
import type { ChartView } from "../../state/view.ts";
import { words } from "../../words/words.ts";

/** Until the line is this long, a word explains why the chart is nearly empty. */
const YOUNG_MS = 15_000;

/** Why there is nothing to see, in the middle of the chart; and, over its top, that something is on its way. */
export function ChartNote({ traffic, view, silent, isByProxy }: {
  traffic: Traffic;
  view: ChartView;
  silent: boolean;
  isByProxy: boolean;
}) {
  const { past } = traffic;
  const isWaiting = past.asking && past.answered !== past.key;
  const words = isWaiting ? null : wordsOf(traffic, view, silent, isByProxy);
  return (
    <>
      {past.slow && (
        <div class="absolute inset-x-3 top-0 h-0.5 animate-pulse rounded bg-accent motion-reduce:animate-none" />
      )}
      {words && (
        <p class="pointer-events-none absolute inset-x-0 top-10 text-center text-xs text-muted">
          <span class="rounded bg-surface px-2 py-1">{words}</span>
        </p>
      )}
    </>
  );
}

function wordsOf(
  { frame, from, to }: Traffic,
  { range, zoom, mode }: ChartView,
  silent: boolean,
  isByProxy: boolean,
): string | null {
  const { chart } = words;
  const known = frame.times.filter((at, i) =>
    at >= from && at <= to && frame.bands.some(({ sent }) => sent[i] !== null)
  );
  const isLive = range.kind === "live" && zoom === null;
  if (!isLive && known.length === 0) return chart.nothing;
  if (isByProxy && mode !== "total" && frame.bands.length <= 1) return chart.noProxyData;
  if (!isLive || known.length > 1 && known[known.length - 1] - known[0] >= YOUNG_MS) return null;
  return silent ? chart.silent : chart.filling;
}
