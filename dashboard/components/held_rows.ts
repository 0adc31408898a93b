import { useRef, useState } from "preact/hooks";
import { holdOrder } from "../state/rows.ts";

/** Rows that keep their order while a mouse rests on them, and what the table must listen to for it. */
export function useHeldRows<T>(rows: T[], key: (row: T) => string) {
  const [held, setHeld] = useState(false);
  const shown = useRef<string[]>([]);
  const ordered = held ? holdOrder(rows, shown.current, key) : rows;
  shown.current = ordered.map(key);
  return {
    rows: ordered,
    handlers: {
      onPointerEnter: (e: PointerEvent) => setHeld(e.pointerType === "mouse"),
      onPointerLeave: () => setHeld(false),
    },
  };
}
