import type { FleetStats } from "../../manager/api/model.ts";
import { visible } from "../format.ts";
import { words } from "../words/words.ts";

/** Why nothing is being remembered, in words; null where it is, or where nobody wants it to be. */
export interface HistoryTrouble {
  /** With how long it has been so, at `now` in Unix seconds. */
  words: string;
  /** The same without the time, which would never let a screen reader rest. */
  announcement: string;
  /** Since when, in Unix seconds. */
  since: number;
}

/** What there is to say about the history, if anything; `span` writes seconds. */
export function historyTrouble(
  { state, reason, since }: FleetStats["history"],
  now: number,
  span: (seconds: number) => string,
): HistoryTrouble | null {
  const isWanted = reason !== "" && reason !== "--no-history";
  if (state !== "failed" && !(state === "off" && isWanted)) return null;
  // The system's words, with no full stop of their own.
  const why = reason === "" ? "" : `: ${visible(reason).replace(/[.\s]+$/, "")}`;
  return {
    words: words.frame.historyOffFor(span(now - since), why),
    announcement: words.frame.historyOff(why),
    since,
  };
}
