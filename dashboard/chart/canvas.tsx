import { Chart, Filler, LinearScale, LineController, LineElement, PointElement } from "chart.js";
import { useEffect, useMemo, useRef, useState } from "preact/hooks";
import { useFormat } from "../state/format.ts";
import type { Format } from "../format.ts";
import { type Frame, peaks, stacked } from "../state/frame.ts";
import { useStore } from "../state/store.ts";
import { createZone } from "../state/zone.ts";
import { applyLook, BAND_COLORS, type Palette, readPalette, trafficConfig } from "./config.ts";
import { datasets, type Mode, type Point } from "./datasets.ts";
import { trafficScale } from "./scale.ts";

export type TrafficChart = Chart<"line", Point[]>;

/** What is drawn. */
export interface Drawing {
  frame: Frame;
  mode: Mode;
  /** From when to when, in local milliseconds. */
  from: number;
  to: number;
  /** The colours' numbers of the bands by id; one that has none is of the others. */
  colors: ReadonlyMap<string, number>;
}

/** The canvas that a drawing is on; returns its reference, and the chart once it is there. */
export function useCanvas(drawing: Drawing) {
  const canvas = useRef<HTMLCanvasElement>(null);
  const [chart, setChart] = useState<TrafficChart | null>(null);
  const { look } = useStore();
  const format = useFormat();
  const dark = look.dark.value;
  const zone = useMemo(() => createZone(format.zone), [format.zone]);

  useEffect(() => {
    Chart.register(LineController, LineElement, PointElement, LinearScale, Filler);
    const made = new Chart(
      canvas.current!,
      trafficConfig(getComputedStyle(document.body).fontFamily),
    );
    setChart(made);
    return () => made.destroy();
  }, []);

  const palette = useRef<Palette | null>(null);
  useEffect(() => {
    if (chart === null) return;
    palette.current = readPalette();
    applyLook(chart.options, palette.current, format, zone.offset);
    draw(chart, drawing, palette.current, format);
  }, [chart, dark, format, zone]);

  const { frame, mode, from, to, colors } = drawing;
  useEffect(() => {
    // A hidden page draws nothing; what arrived meanwhile is drawn with the first tick after.
    if (chart === null || palette.current === null || document.hidden) return;
    draw(chart, drawing, palette.current, format);
  }, [chart, frame, mode, from, to, colors]);

  return { canvas, chart };
}

function draw(chart: TrafficChart, drawing: Drawing, palette: Palette, format: Format): void {
  const { frame, mode, from, to, colors } = drawing;
  const peak = peaks(mode === "stacked" ? stacked(frame) : frame);
  const { x, y } = chart.options.scales!;
  const scale = trafficScale(peak.received, peak.sent, format.rateScale);
  Object.assign(x!, { min: from, max: to });
  Object.assign(y!, { min: scale.min, max: scale.max });
  Object.assign(y!.ticks!, { stepSize: scale.step });
  const of = (id: string) => palette.bands[colors.get(id) ?? BAND_COLORS - 1];
  chart.data.datasets = datasets(frame, mode, { ...palette.data, of });
  chart.update("none");
}
