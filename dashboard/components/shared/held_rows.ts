import { useReducer, useRef } from "preact/hooks";
import { holdOrder } from "../../state/rows.ts";
import { useHold } from "./use_hold.ts";

/**
 * Rows that keep their order while a mouse rests on them or the focus is inside, and what the table
 * body must listen to for it. What was asked for anew, which `question` tells, is shown as it comes.
 */
export function useHeldRows<T>(rows: T[], key: (row: T) => string, question = "") {
  const [, draw] = useReducer((n: number) => n + 1, 0);
  const { isHeld, handlers } = useHold(() => draw(undefined));
  const shown = useRef<{ question: string; keys: string[] }>({ question, keys: [] });
  const stays = isHeld() && shown.current.question === question;
  const ordered = stays ? holdOrder(rows, shown.current.keys, key) : rows;
  shown.current = { question, keys: ordered.map(key) };
  return { rows: ordered, handlers };
}
