import { words } from "../../words/words.ts";
import { failureText } from "./use_order.ts";
import type { Held } from "./use_shown.ts";

/** Says where a form does not begin with what holds: still asked for, not known, or not the same at several. */
export function HeldNote({ held, several, unknown }: {
  held: Held;
  /** What is to be known of an order to several; null for one. */
  several: string | null;
  /** The same of one whose present state is not known, for this reason. */
  unknown: (why: string) => string;
}) {
  if (several !== null) return <p class="text-muted">{several}</p>;
  if (held.failure) {
    return <p role="alert" class="text-warn">{unknown(failureText(held.failure))}</p>;
  }
  if (held.waits) return <p class="text-muted">{words.control.asking}</p>;
  return null;
}
