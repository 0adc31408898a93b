import type { ChartConfiguration, Tick } from "chart.js";
import type { Format } from "../format.ts";
import type { DataColors, Point } from "./datasets.ts";
import { axisNumber } from "./scale.ts";
import { type Tick as TimeTick, timeTicks } from "./ticks.ts";

export type TrafficConfig = ChartConfiguration<"line", Point[]>;

/** The colours of the current theme, as the canvas understands them. */
export interface Palette {
  data: Pick<DataColors, "received" | "sent">;
  /** Of the bands, in their order; the last one is that of all others. */
  bands: readonly string[];
  line: string;
  edge: string;
  muted: string;
}

/** How many colours the bands have, and one for the others. */
export const BAND_COLORS = 8;

/** Reads the theme's colours from the style sheet, where they are declared once. */
export function readPalette(): Palette {
  const probe = document.createElement("span");
  document.body.append(probe);
  const read = (name: string) => {
    probe.style.color = `var(--${name})`;
    return getComputedStyle(probe).color;
  };
  const palette = {
    data: { received: read("received"), sent: read("sent") },
    bands: Array.from({ length: BAND_COLORS }, (_, i) => read(`band-${i + 1}`)),
    line: read("line"),
    edge: read("edge"),
    muted: read("muted"),
  };
  probe.remove();
  return palette;
}

/** The chart without its data and its look: nothing animated, nothing that it does by itself. */
export function trafficConfig(font: string): TrafficConfig {
  const ticks = { font: { family: font, size: 12 }, autoSkip: false };
  return {
    type: "line",
    data: { datasets: [] },
    options: {
      animation: false,
      responsive: true,
      maintainAspectRatio: false,
      parsing: false,
      normalized: true,
      spanGaps: false,
      events: [], // The tooltip is ours.
      scales: {
        x: {
          type: "linear",
          border: { display: false },
          grid: { display: false },
          ticks: { ...ticks, maxRotation: 0 },
        },
        y: { type: "linear", border: { display: false }, ticks: { ...ticks, padding: 8 } },
      },
    },
  };
}

/** What of the chart changes with the theme and with how the reader wants things written. */
export function applyLook(
  options: NonNullable<TrafficConfig["options"]>,
  palette: Palette,
  format: Format,
  offset: (at: number) => number,
): void {
  const { x, y } = options.scales!;
  x!.ticks!.color = y!.ticks!.color = palette.muted;
  y!.grid = {
    drawTicks: false,
    lineWidth: 1,
    color: (context) => context.tick?.value === 0 ? palette.edge : palette.line,
  };
  y!.ticks!.callback = (value) => rateLabel(Number(value), format);
  x!.afterBuildTicks = (axis) => {
    axis.ticks = timeTicks(axis.min, axis.max, axis.chart.width, offset(axis.max))
      .map((tick): Tick => ({ value: tick.at, label: timeLabel(tick, format) }));
  };
  x!.ticks!.callback = (_, i, ticks) => ticks[i].label ?? null;
}

/** The rate on an axis, whose numbers are round: `0`, `20 MB/s`. */
function rateLabel(value: number, format: Format): string {
  if (value === 0) return format.decimal(0);
  const { unit } = format.rate(Math.abs(value));
  return `${format.decimal(axisNumber(value, format.rateScale))} ${unit}`;
}

function timeLabel({ at, as }: TimeTick, format: Format): string {
  return as === "day" ? format.day(at) : format.clock(at, as === "seconds");
}
