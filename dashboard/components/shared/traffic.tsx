import { TrafficCanvas } from "../../chart/traffic_chart.tsx";
import { formatRate } from "../../format.ts";
import type { Series } from "../../state/series.ts";
import { Direction } from "./direction.tsx";
import { Rate } from "./quantity.tsx";

/** Until the line is this long, a word explains why the chart is nearly empty. */
const YOUNG_MS = 15_000;

/** The traffic chart with its heading and its legend, which tells the present rates. */
export function Traffic(
  { series, received, sent, silent = false }: {
    series: Series;
    received?: number;
    sent?: number;
    /** Nothing is to be expected for the moment. */
    silent?: boolean;
  },
) {
  return (
    <section class="rounded-lg border border-line bg-surface">
      <div class="flex flex-wrap items-baseline justify-between gap-x-6 gap-y-1 px-4 pt-3 pb-2">
        <h2 class="font-semibold">
          Traffic{" "}
          <span class="ml-1 text-xs font-normal text-muted">bytes per second, last 5 minutes</span>
        </h2>
        <ul class="flex gap-6 text-xs">
          <Legend name="received" rate={received} />
          <Legend name="sent" rate={sent} />
        </ul>
      </div>
      <div class="relative px-2 pb-2 sm:px-3">
        <TrafficCanvas series={series} label={describe(received, sent)} />
        {isYoung(series) && (
          <p class="pointer-events-none absolute inset-x-0 top-10 text-center text-xs text-muted">
            <span class="bg-surface px-2">
              {silent
                ? "No report since this page was opened."
                : "The chart fills while this page is open."}
            </span>
          </p>
        )}
      </div>
    </section>
  );
}

function isYoung(series: Series): boolean {
  return series.length < 2 || series[series.length - 1].at - series[0].at < YOUNG_MS;
}

function Legend({ name, rate }: { name: "sent" | "received"; rate?: number }) {
  return (
    <li class="flex gap-2">
      <Direction name={name} />
      <span class="min-w-16 text-right">{rate === undefined ? "–" : <Rate value={rate} />}</span>
    </li>
  );
}

function describe(received = 0, sent = 0): string {
  const say = ({ value, unit }: { value: string; unit: string }) => `${value} ${unit}`;
  return "Bytes per second over the last 5 minutes. " +
    `Now receiving ${say(formatRate(received))} and sending ${say(formatRate(sent))}.`;
}
