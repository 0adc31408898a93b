/** From a frame to what Chart.js draws. Pure. */
import type { ChartDataset } from "chart.js";
import { type Frame, stacked, TOTAL } from "../state/frame.ts";

export interface Point {
  x: number;
  y: number;
}

export type Dataset = ChartDataset<"line", Point[]>;

/** How several bands are drawn: on top of each other, or each from the zero line. */
export type Mode = "total" | "stacked" | "lines";

/** The colours of the data, as the canvas understands them. */
export interface DataColors {
  received: string;
  sent: string;
  /** Of the band with this id. */
  of: (id: string) => string;
}

const LINE = { borderWidth: 1.5, pointRadius: 0, tension: 0 } as const;

/** The frame as lines and areas: received up, sent down; a gap is a point whose y is not a number. */
export function datasets(frame: Frame, mode: Mode, colors: DataColors): Dataset[] {
  const { times, bands } = mode === "stacked" ? stacked(frame) : frame;
  const points = (values: readonly (number | null)[], sign: 1 | -1): Point[] =>
    times.map((x, i) => ({ x, y: values[i] === null ? NaN : sign * values[i]! }));
  const side = (name: "received" | "sent", sign: 1 | -1) =>
    bands.map((band, i): Dataset => {
      const color = band.id === TOTAL ? colors[name] : colors.of(band.id);
      return {
        ...LINE,
        data: points(band[name], sign),
        borderColor: color,
        backgroundColor: translucent(color, mode === "stacked" ? 0.45 : 0.2),
        fill: mode === "lines" ? false : mode === "stacked" && i > 0 ? "-1" : "origin",
      };
    });
  return [...side("received", 1), ...side("sent", -1)];
}

/** A colour from getComputedStyle, which is `rgb(r, g, b)`, at a part of its strength. */
function translucent(color: string, alpha: number): string {
  return color.replace(/^rgb\((.*)\)$/, `rgba($1, ${alpha})`);
}
