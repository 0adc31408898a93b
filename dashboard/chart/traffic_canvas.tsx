import { useState } from "preact/hooks";
import { useFormat } from "../state/format.ts";
import { type Frame, nearest, step, usualStep } from "../state/frame.ts";
import { GAP_MS } from "../state/series.ts";
import { words } from "../words/words.ts";
import { type Drawing, type TrafficChart, useCanvas } from "./canvas.tsx";
import { ChartTooltip, momentOf } from "./tooltip.tsx";

/** Less than this between pressing and letting go is a click, in pixels. */
const LEAST_DRAG_PX = 8;

interface Props extends Drawing {
  label: string;
  /** A part was drawn over; local milliseconds. */
  onSelect: (from: number, to: number) => void;
  /** Shows more (2) or less (0.5) about a moment; local milliseconds. */
  onZoom: (by: number, about: number) => void;
  onReset: () => void;
}

/** The traffic over a time, with the values of a moment under the pointer or at the arrow keys. */
export function TrafficCanvas({ label, onSelect, onZoom, onReset, ...drawing }: Props) {
  const { frame, colors } = drawing;
  const { canvas, chart } = useCanvas(drawing);
  const [cursor, setCursor] = useState<Cursor>(null);
  const [drag, setDrag] = useState<Drag | null>(null);
  const format = useFormat();

  const reach = Math.max(usualStep(frame), GAP_MS);
  const at = cursor === null ? null : cursor.by === "key" ? cursor.at : timeAt(chart, cursor.px);
  const index = at === null ? null : nearest(frame, at, reach);
  const hit = index === null || drag ? null : placeOf(chart, frame.times[index]);

  const onKeyDown = (event: KeyboardEvent) => {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    const middle = frame.times[index ?? -1] ?? (drawing.from + drawing.to) / 2;
    const to = (i: number) =>
      frame.times.length > 0 && setCursor({ by: "key", at: frame.times[i] });
    const end = frame.times.length;
    const actions: Record<string, () => void> = {
      ArrowLeft: () => to(step(frame, index ?? end, -1)),
      ArrowRight: () => to(index === null ? step(frame, end, -1) : step(frame, index, 1)),
      Home: () => to(step(frame, -1, 1)),
      End: () => to(step(frame, end, -1)),
      "+": () => onZoom(0.5, middle),
      "=": () => onZoom(0.5, middle),
      "-": () => onZoom(2, middle),
      Escape: () => drag ? setDrag(null) : onReset(),
    };
    const action = actions[event.key];
    if (!action) return;
    event.preventDefault();
    event.stopPropagation();
    action();
  };
  const pointers = dragHandlers(chart, drag, setDrag, (px) => setCursor(px), onSelect);

  return (
    <div
      class="relative h-56 touch-pan-y overflow-hidden rounded select-none sm:h-64"
      role="slider"
      tabIndex={0}
      aria-label={words.chart.moment}
      aria-description={`${label} ${words.chart.keys}`}
      aria-valuemin={0}
      aria-valuemax={Math.max(0, frame.times.length - 1)}
      aria-valuenow={index ?? Math.max(0, frame.times.length - 1)}
      aria-valuetext={index === null ? label : sayMoment(frame, index, format)}
      onKeyDown={onKeyDown}
      onBlur={() => cursor?.by === "key" && setCursor(null)}
      {...pointers}
    >
      <canvas ref={canvas} aria-hidden="true" />
      {drag && chart && (
        <div
          class="pointer-events-none absolute border-x border-accent bg-accent/15"
          style={boxOf(chart, drag)}
        />
      )}
      {hit && <ChartTooltip frame={frame} index={index!} colors={colors} {...hit} />}
    </div>
  );
}

/** Where one looks: at a pixel, or at a moment in local milliseconds. */
type Cursor = { by: "pointer"; px: number } | { by: "key"; at: number } | null;

/** Pixels from the left. */
interface Drag {
  from: number;
  to: number;
}

function dragHandlers(
  chart: TrafficChart | null,
  drag: Drag | null,
  setDrag: (drag: Drag | null) => void,
  setCursor: (cursor: Cursor) => void,
  onSelect: (from: number, to: number) => void,
) {
  const xOf = (event: PointerEvent) =>
    event.clientX - (event.currentTarget as HTMLElement).getBoundingClientRect().left;
  return {
    onPointerDown(event: PointerEvent) {
      if (event.button !== 0 || chart === null || timeAt(chart, xOf(event)) === null) return;
      (event.currentTarget as HTMLElement).setPointerCapture(event.pointerId);
      setDrag({ from: xOf(event), to: xOf(event) });
    },
    onPointerMove(event: PointerEvent) {
      if (drag) setDrag({ ...drag, to: within(chart!, xOf(event)) });
      else setCursor({ by: "pointer", px: xOf(event) });
    },
    onPointerUp() {
      if (!drag) return;
      setDrag(null);
      if (Math.abs(drag.to - drag.from) < LEAST_DRAG_PX) return;
      const scale = chart!.scales.x;
      const [from, to] = [drag.from, drag.to].map((px) => scale.getValueForPixel(px)!);
      onSelect(Math.min(from, to), Math.max(from, to));
    },
    onPointerCancel: () => setDrag(null),
    onPointerLeave: () => setCursor(null),
  };
}

/** The moment at a pixel of the chart's area; null beside it. */
function timeAt(chart: TrafficChart | null, px: number): number | null {
  if (!chart?.chartArea) return null;
  const { left, right } = chart.chartArea;
  return px < left || px > right ? null : chart.scales.x.getValueForPixel(px) ?? null;
}

function within({ chartArea: { left, right } }: TrafficChart, px: number): number {
  return Math.min(right, Math.max(left, px));
}

function boxOf({ chartArea: { top, bottom } }: TrafficChart, { from, to }: Drag) {
  return {
    ...{ left: `${Math.min(from, to)}px`, width: `${Math.abs(to - from)}px` },
    ...{ top: `${top}px`, height: `${bottom - top}px` },
  };
}

/** Where a moment is drawn, in pixels from the left. */
function placeOf(chart: TrafficChart | null, at: number) {
  if (!chart?.chartArea) return null;
  const { top, bottom } = chart.chartArea;
  const x = within(chart, chart.scales.x.getPixelForValue(at));
  return { x, top, height: bottom - top, width: chart.width };
}

function sayMoment(frame: Frame, index: number, format: ReturnType<typeof useFormat>): string {
  const sum = (of: "sent" | "received") => {
    const all = frame.bands.reduce((sum, band) => sum + (band[of][index] ?? 0), 0);
    const { value, unit } = format.rate(all);
    return `${value} ${unit}`;
  };
  return words.chart.at(momentOf(frame.times[index], format), sum("received"), sum("sent"));
}
