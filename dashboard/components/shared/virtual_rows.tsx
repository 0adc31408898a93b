import type { RefObject } from "preact";
import { useLayoutEffect, useReducer, useRef, useState } from "preact/hooks";
import {
  offsetOf,
  type Placed,
  placeRows,
  rowsInSight,
  type Sight,
} from "../../state/table/sight.ts";

/** What a list of many rows tells of itself; all rows are of one height. */
export interface VirtualOptions {
  count: number;
  /** The height of a row in pixels until one has been measured. */
  height: number;
  /** The element that holds the rows. */
  list: RefObject<HTMLElement>;
  /** The element that scrolls; without it, the page does. */
  scroller?: RefObject<HTMLElement>;
  /** Of what stays at the top of it, such as a table's head; in pixels. */
  headHeight?: number;
  /** A row that stays in the page wherever it is scrolled to: the one with the focus. */
  keep?: number | null;
}

/** The rows that are in sight, and how much room the others take. */
export interface VirtualRows {
  rows: readonly Placed[];
  /** Room below the last. */
  after: number;
  scrollTo(index: number): void;
}

/** To measure lays the page out, so it waits until nothing has been drawn for so long, in milliseconds. */
const MEASURE_AFTER_MS = 100;

/** Until it has been measured. */
const UNKNOWN = -1;

/** Draws only the rows in sight. Each row's element carries `data-index`, by which the first is measured. */
export function useVirtualRows(options: VirtualOptions): VirtualRows {
  const { count, list, scroller, headHeight = 0, keep = null } = options;
  const [, draw] = useReducer((n: number) => n + 1, 0);
  const [place, setPlace] = useState({ height: options.height, top: UNKNOWN });
  const port = useRef({ offset: 0, size: 0 });
  const sight = (): Sight => ({
    ...{ count, height: place.height, top: Math.max(0, place.top), ...port.current },
  });
  const range = rowsInSight(sight());
  // What is called later is to know of the last drawing.
  const latest = useRef({ sight, range });
  latest.current = { sight, range };
  useLayoutEffect(() =>
    watchPort(scroller?.current ?? null, (seen) => {
      port.current = seen;
      const { sight, range } = latest.current;
      const [first, end] = rowsInSight(sight());
      if (first !== range[0] || end !== range[1]) draw(undefined);
    }), []);
  useLayoutEffect(() => {
    const update = () => {
      const measured = measure(list.current, scroller?.current ?? null, place.height);
      if (measured.height !== place.height || measured.top !== place.top) setPlace(measured);
    };
    if (place.top === UNKNOWN) return update();
    const timer = setTimeout(update, MEASURE_AFTER_MS);
    return () => clearTimeout(timer);
  });
  return {
    ...placeRows(range, { count, height: place.height }, keep),
    scrollTo(index) {
      const top = offsetOf(index, latest.current.sight(), headHeight);
      if (top !== null) (scroller?.current ?? globalThis.window).scrollTo({ top });
    },
  };
}

/** Tells how far it is scrolled and how much can be seen, at once and whenever that changes. */
function watchPort(
  scroller: HTMLElement | null,
  onSeen: (port: Pick<Sight, "offset" | "size">) => void,
): () => void {
  const stop = new AbortController();
  const { signal } = stop;
  const see = () =>
    onSeen(
      scroller
        ? { offset: scroller.scrollTop, size: scroller.clientHeight }
        : { offset: scrollY, size: innerHeight },
    );
  (scroller ?? globalThis.window).addEventListener("scroll", see, { passive: true, signal });
  if (scroller) {
    const observer = new ResizeObserver(see);
    observer.observe(scroller);
    signal.addEventListener("abort", () => observer.disconnect());
  } else addEventListener("resize", see, { signal });
  see();
  return () => stop.abort();
}

/** The rows' height, and where the first begins in what scrolls. */
function measure(list: HTMLElement | null, scroller: HTMLElement | null, height: number) {
  if (!list) return { height, top: 0 };
  const row = list.querySelector<HTMLElement>("[data-index]");
  const { top } = list.getBoundingClientRect();
  const scrolled = scroller ? scroller.scrollTop - scroller.getBoundingClientRect().top : scrollY;
  return { height: row?.offsetHeight || height, top: Math.round(top + scrolled) };
}
