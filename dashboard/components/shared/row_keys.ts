import type { RefObject } from "preact";
import { useLayoutEffect, useRef, useState } from "preact/hooks";

/** What the arrow keys need of a list of rows. */
export interface RowKeysOptions {
  count: number;
  list: RefObject<HTMLElement>;
  /** The first row that is drawn: the one that Tab leads to until there was another. */
  first: number;
  scrollTo: (index: number) => void;
  /** Tells which row has the focus, or none. */
  onFocus: (index: number | null) => void;
  onOpen: (index: number) => void;
  /** The space bar: chooses a row, with Shift all up to it. */
  onSelect?: (index: number, extend: boolean) => void;
}

const PAGE = 10;

/**
 * One row of a list can be reached by Tab; the arrows, Page up, Page down, Home and End lead to the others, also to
 * those that are not drawn yet; Enter opens one, and the space bar chooses it.
 */
export function useRowKeys(options: RowKeysOptions) {
  const { count, list, first, scrollTo, onFocus, onOpen, onSelect } = options;
  const [active, setActive] = useState<number | null>(null);
  const wanted = useRef<number | null>(null);
  useLayoutEffect(() => {
    if (wanted.current === null) return;
    const row = list.current?.querySelector<HTMLElement>(`[data-index="${wanted.current}"]`);
    if (!row) return;
    wanted.current = null;
    row.focus({ preventScroll: true });
  });
  const go = (index: number) => {
    const to = Math.max(0, Math.min(count - 1, index));
    wanted.current = to;
    setActive(to);
    onFocus(to);
    scrollTo(to);
  };
  return {
    tabIndex: (index: number) =>
      index === (active !== null && active < count ? active : first) ? 0 : -1,
    handlers: {
      onKeyDown(event: KeyboardEvent) {
        const at = indexOf(event.target);
        if (at === null || event.ctrlKey || event.metaKey || event.altKey) return;
        const to = destination(event.key, at, count);
        if (to !== null) go(to);
        else if (event.key === "Enter" && isRow(event.target)) onOpen(at);
        else if (event.key === " " && onSelect && isRow(event.target)) onSelect(at, event.shiftKey);
        else return;
        event.preventDefault();
      },
      onFocusCapture(event: FocusEvent) {
        const at = indexOf(event.target);
        if (at === null) return;
        setActive(at);
        onFocus(at);
      },
      onBlurCapture(event: FocusEvent) {
        if (
          !(event.relatedTarget instanceof Node) || !list.current?.contains(event.relatedTarget)
        ) {
          onFocus(null);
        }
      },
    },
  };
}

function destination(key: string, at: number, count: number): number | null {
  switch (key) {
    case "ArrowDown":
      return at + 1;
    case "ArrowUp":
      return at - 1;
    case "PageDown":
      return at + PAGE;
    case "PageUp":
      return at - PAGE;
    case "Home":
      return 0;
    case "End":
      return count - 1;
    default:
      return null;
  }
}

function isRow(target: EventTarget | null): boolean {
  return target instanceof HTMLElement && target.dataset.index !== undefined;
}

function indexOf(target: EventTarget | null): number | null {
  const row = target instanceof Element ? target.closest<HTMLElement>("[data-index]") : null;
  return row === null ? null : Number(row.dataset.index);
}
