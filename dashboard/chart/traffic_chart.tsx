import { Chart, Filler, LinearScale, LineController, LineElement, PointElement } from "chart.js";
import { useEffect, useRef, useState } from "preact/hooks";
import { type Series, WINDOW_MS } from "../state/series.ts";
import { useStore } from "../state/store.ts";
import { applyPalette, readPalette, type TrafficConfig, trafficConfig } from "./config.ts";
import { peaks, type Point, sampleAt, trafficPoints } from "./points.ts";
import { trafficScale } from "./scale.ts";
import { ChartTooltip } from "./tooltip.tsx";

type TrafficChart = Chart<"line", Point[]>;

/** Bytes a second over the last five minutes: received above the zero line, sent below. */
export function TrafficCanvas({ series, label }: { series: Series; label: string }) {
  const canvas = useRef<HTMLCanvasElement>(null);
  const chart = useRef<TrafficChart | null>(null);
  const [pointer, setPointer] = useState<number | null>(null);
  const store = useStore();
  const now = store.now.value;
  const dark = store.look.dark.value;

  useEffect(() => {
    Chart.register(LineController, LineElement, PointElement, LinearScale, Filler);
    const font = getComputedStyle(document.body).fontFamily;
    const config = trafficConfig(font);
    applyPalette(config, readPalette());
    chart.current = new Chart(canvas.current!, config);
    return () => chart.current?.destroy();
  }, []);

  useEffect(() => {
    if (chart.current === null) return;
    applyPalette(chart.current.config as TrafficConfig, readPalette());
    draw(chart.current, series, Date.now());
  }, [dark]);

  useEffect(() => {
    // A hidden page draws nothing; what arrived meanwhile is drawn with the first tick after.
    if (chart.current !== null && !document.hidden) draw(chart.current, series, now);
  }, [now, series.length === 0]);

  const hit = pointer === null ? null : hitAt(chart.current, series, pointer);
  return (
    <div
      class="relative h-52 overflow-hidden sm:h-60"
      onPointerMove={(e) => setPointer(e.clientX - e.currentTarget.getBoundingClientRect().left)}
      onPointerLeave={() => setPointer(null)}
    >
      <canvas ref={canvas} role="img" aria-label={label} />
      {hit && <ChartTooltip {...hit} />}
    </div>
  );
}

function draw(chart: TrafficChart, series: Series, now: number): void {
  const { received, sent } = trafficPoints(series, now);
  const peak = peaks(series);
  const { x, y } = chart.options.scales!;
  const scale = trafficScale(peak.received, peak.sent);
  Object.assign(x!, { min: now - WINDOW_MS, max: now });
  Object.assign(y!, { min: scale.min, max: scale.max });
  Object.assign(y!.ticks!, { stepSize: scale.step });
  chart.data.datasets[0].data = received;
  chart.data.datasets[1].data = sent;
  chart.update("none");
}

/** The sample under the pointer and where to draw it, in pixels from the canvas's left edge. */
function hitAt(chart: TrafficChart | null, series: Series, pointer: number) {
  if (chart === null) return null;
  const { left, right, top, bottom } = chart.chartArea;
  if (pointer < left || pointer > right) return null;
  const sample = sampleAt(series, chart.scales.x.getValueForPixel(pointer) ?? NaN);
  if (sample === null) return null;
  const x = Math.min(right, Math.max(left, chart.scales.x.getPixelForValue(sample.at)));
  return { sample, x, top, height: bottom - top, width: chart.width };
}
