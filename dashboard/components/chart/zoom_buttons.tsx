import type { JSX } from "preact";
import { words } from "../../words/words.ts";
import { STROKE } from "../shared/stroke.ts";

const ICON = { ...STROKE, viewBox: "0 0 16 16", class: "size-4" } as const;

/** Moves through the past and changes how much of it is seen, without a pointer. */
export function ZoomButtons({ zoomed, atEnd, onZoom, onMove, onReset }: {
  zoomed: boolean;
  /** There is nothing later. */
  atEnd: boolean;
  onZoom: (by: number) => void;
  onMove: (by: number) => void;
  onReset: () => void;
}) {
  const { chart } = words;
  return (
    <div class="flex items-center">
      {zoomed && (
        <button
          type="button"
          class="mr-1 h-7 rounded px-2 text-xs text-accent hover:underline"
          onClick={onReset}
        >
          {chart.wholeRange}
        </button>
      )}
      <Button name={chart.earlier} path="M10 3.5 5.5 8l4.5 4.5" onClick={() => onMove(-0.5)} />
      <Button
        name={chart.later}
        path="M6 3.5 10.5 8 6 12.5"
        disabled={atEnd}
        onClick={() => onMove(0.5)}
      />
      <Button name={chart.zoomOut} path="M3.5 8h9" onClick={() => onZoom(2)} />
      <Button name={chart.zoomIn} path="M3.5 8h9M8 3.5v9" onClick={() => onZoom(0.5)} />
    </div>
  );
}

function Button({ name, path, ...rest }: {
  name: string;
  path: string;
  disabled?: boolean;
  onClick: JSX.MouseEventHandler<HTMLButtonElement>;
}) {
  return (
    <button
      type="button"
      aria-label={name}
      title={name}
      class="grid size-8 place-items-center rounded text-muted enabled:hover:bg-raised enabled:hover:text-ink disabled:opacity-40"
      {...rest}
    >
      <svg {...ICON}>
        <path d={path} />
      </svg>
    </button>
  );
}
