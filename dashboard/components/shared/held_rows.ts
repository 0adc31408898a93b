import { useRef, useState } from "preact/hooks";
import { holdOrder } from "../../state/rows.ts";

/**
 * Rows that keep their order while a mouse rests on them or the focus is inside, and what the table
 * body must listen to for it. What was asked for anew, which `question` tells, is shown as it comes.
 */
export function useHeldRows<T>(rows: T[], key: (row: T) => string, question = "") {
  const [hovered, setHovered] = useState(false);
  const [focused, setFocused] = useState(false);
  const shown = useRef<{ question: string; keys: string[] }>({ question, keys: [] });
  const isHeld = (hovered || focused) && shown.current.question === question;
  const ordered = isHeld ? holdOrder(rows, shown.current.keys, key) : rows;
  shown.current = { question, keys: ordered.map(key) };
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
