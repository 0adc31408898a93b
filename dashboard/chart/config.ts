import type { ChartConfiguration } from "chart.js";
import { formatClock, formatRate } from "../format.ts";
import { minuteTicks } from "./scale.ts";
import { WINDOW_MS } from "../state/series.ts";
import type { Point } from "./points.ts";

export type TrafficConfig = ChartConfiguration<"line", Point[]>;

/** The colours of the current theme, as the canvas understands them. */
export interface Palette {
  received: string;
  sent: string;
  line: string;
  edge: string;
  muted: string;
}

/** Reads the theme's colours from the style sheet, where they are declared once. */
export function readPalette(): Palette {
  const probe = document.createElement("span");
  document.body.append(probe);
  const read = (name: string) => {
    probe.style.color = `var(--${name})`;
    return getComputedStyle(probe).color;
  };
  const palette = {
    received: read("received"),
    sent: read("sent"),
    line: read("line"),
    edge: read("edge"),
    muted: read("muted"),
  };
  probe.remove();
  return palette;
}

/** The chart without its data: filled areas on both sides of a zero line, nothing animated. */
export function trafficConfig(font: string): TrafficConfig {
  const dataset = { data: [], borderWidth: 1.5, pointRadius: 0, fill: "origin", tension: 0 };
  return {
    type: "line",
    data: { datasets: [{ ...dataset }, { ...dataset }] },
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
          min: Date.now() - WINDOW_MS,
          max: Date.now(),
          border: { display: false },
          grid: { display: false },
          afterBuildTicks(axis) {
            axis.ticks = minuteTicks(axis.min, axis.max, axis.chart.width)
              .map((value) => ({ value }));
          },
          ticks: {
            font: { family: font, size: 12 },
            maxRotation: 0,
            autoSkip: false,
            callback: (value) => formatClock(Number(value)),
          },
        },
        y: {
          type: "linear",
          border: { display: false },
          ticks: {
            font: { family: font, size: 12 },
            padding: 8,
            autoSkip: false,
            callback: (value) => rateLabel(Number(value)),
          },
        },
      },
    },
  };
}

/** Colours that change with the theme. */
export function applyPalette(config: TrafficConfig, palette: Palette): void {
  const [received, sent] = config.data.datasets;
  for (const [dataset, color] of [[received, palette.received], [sent, palette.sent]] as const) {
    dataset.borderColor = color;
    dataset.backgroundColor = translucent(color);
  }
  const { x, y } = config.options!.scales!;
  x!.ticks!.color = y!.ticks!.color = palette.muted;
  y!.grid = {
    drawTicks: false,
    lineWidth: 1,
    color: (context) => context.tick?.value === 0 ? palette.edge : palette.line,
  };
}

/** The rate on an axis, whose numbers are round: `0`, `20 MB/s`. */
function rateLabel(value: number): string {
  if (value === 0) return "0";
  const rate = formatRate(Math.abs(value));
  return `${Number(rate.value).toString()} ${rate.unit}`;
}

/** A colour from getComputedStyle, which is `rgb(r, g, b)`, at a fifth of its strength. */
function translucent(color: string): string {
  return color.replace(/^rgb\((.*)\)$/, "rgba($1, 0.2)");
}
