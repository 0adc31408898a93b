import {
  defaultRangeExtractor,
  elementScroll,
  observeElementOffset,
  observeElementRect,
  observeWindowOffset,
  observeWindowRect,
  Virtualizer,
  type VirtualizerOptions,
  windowScroll,
} from "@tanstack/virtual-core";
import type { RefObject } from "preact";
import { useLayoutEffect, useReducer, useRef, useState } from "preact/hooks";

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
  rows: readonly {
    index: number; /** Room left for rows between the one before and this, in pixels. */
    gap: number;
  }[];
  /** Room below the last. */
  after: number;
  scrollTo(index: number): void;
}

/** Rows beyond the edges of the screen that are drawn too, so that scrolling shows no empty ones. */
const OVERSCAN = 4;

/** To measure lays the page out, so it waits until nothing has been drawn for so long, in milliseconds. */
const MEASURE_AFTER_MS = 100;

/** Until it has been measured. */
const UNKNOWN = -1;

type Rows = Virtualizer<Element | Window, HTMLElement>;

/** Draws only the rows in sight. Each row's element carries `data-index`, by which the first is measured. */
export function useVirtualRows(options: VirtualOptions): VirtualRows {
  const [, draw] = useReducer((n: number) => n + 1, 0);
  const [place, setPlace] = useState({ height: options.height, top: UNKNOWN });
  const latest = useRef(options);
  latest.current = options;
  const made = useRef<Rows | null>(null);
  const settings = settingsOf(latest, place, () => draw(undefined));
  made.current ??= new Virtualizer(settings);
  const virtualizer = made.current;
  virtualizer.setOptions(settings);
  useLayoutEffect(() => virtualizer._didMount(), []);
  const update = () => {
    const measured = measure(latest.current, place.height);
    if (measured.height === place.height && measured.top === place.top) return;
    virtualizer.setOptions(settingsOf(latest, measured, () => draw(undefined)));
    virtualizer.measure();
    setPlace(measured);
  };
  useLayoutEffect(() => {
    virtualizer._willUpdate();
    if (place.top === UNKNOWN) return update();
    const timer = setTimeout(update, MEASURE_AFTER_MS);
    return () => clearTimeout(timer);
  });
  const items = virtualizer.getVirtualItems();
  let end = Math.max(0, place.top);
  const rows = items.map(({ index, start, end: itsEnd }) => {
    const gap = start - end;
    end = itsEnd;
    return { index, gap };
  });
  return {
    rows,
    after: Math.max(0, place.top) + options.count * place.height - end,
    scrollTo: (index) => virtualizer.scrollToIndex(index, { align: "auto" }),
  };
}

function settingsOf(
  latest: RefObject<VirtualOptions>,
  { height, top }: { height: number; top: number },
  draw: () => void,
): VirtualizerOptions<Element | Window, HTMLElement> {
  const { count, scroller, headHeight = 0 } = latest.current!;
  const how = scroller
    ? {
      getScrollElement: () => scroller.current,
      observeElementRect,
      observeElementOffset,
      scrollToFn: elementScroll,
    }
    : {
      getScrollElement: () => window,
      observeElementRect: observeWindowRect,
      observeElementOffset: observeWindowOffset,
      scrollToFn: windowScroll,
    };
  return {
    // Each of the two ways is right for its kind of element; the library's type cannot say "either".
    ...how as unknown as VirtualizerOptions<Element | Window, HTMLElement>,
    count,
    estimateSize: () => height,
    overscan: OVERSCAN,
    scrollMargin: Math.max(0, top),
    scrollPaddingStart: headHeight,
    onChange: draw,
    rangeExtractor(range) {
      const shown = defaultRangeExtractor(range);
      const { keep = null, count } = latest.current!;
      if (keep === null || keep >= count || shown.includes(keep)) return shown;
      return [...shown, keep].sort((a, b) => a - b);
    },
  };
}

/** The rows' height, and where the first begins in what scrolls. */
function measure({ list, scroller }: VirtualOptions, height: number) {
  const element = list.current;
  if (!element) return { height, top: 0 };
  const row = element.querySelector<HTMLElement>("[data-index]");
  const { top } = element.getBoundingClientRect();
  const outer = scroller?.current;
  const scrolled = outer ? outer.scrollTop - outer.getBoundingClientRect().top : scrollY;
  return { height: row?.offsetHeight || height, top: Math.round(top + scrolled) };
}
