import { useRef, useState } from "preact/hooks";
import { holdOrder } from "../../state/rows.ts";

/**
 * Rows that keep their order while a mouse rests on them or the focus is inside, and what the table
 * body must listen to for it.
 */
export function useHeldRows<T>(rows: T[], key: (row: T) => string) {
  const [hovered, setHovered] = useState(false);
  const [focused, setFocused] = useState(false);
  const shown = useRef<string[]>([]);
  const ordered = hovered || focused ? holdOrder(rows, shown.current, key) : rows;
  shown.current = ordered.map(key);
  return {
    rows: ordered,
    handlers: {
      onPointerEnter: (e: PointerEvent) => setHovered(e.pointerType === "mouse"),
      onPointerLeave: () => setHovered(false),
      onFocusIn: () => setFocused(true),
      onFocusOut: () => setFocused(false),
    },
  };
}
