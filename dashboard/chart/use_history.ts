import type { HistoryReply } from "../../manager/api/model_history.ts";
import type { Span } from "../state/range.ts";
import { managerNow, useStore } from "../state/store.ts";
import { type Asked, useAnswer } from "./use_answer.ts";

/** A piece of the past, and the difference of the clocks when it came, so that nothing trembles after. */
export interface Past {
  reply: HistoryReply;
  clockOffset: number;
}

/** What of the past is wanted: the last seconds, or a span; of a proxy, or of the fleet. */
export interface Wanted {
  proxyId: string | null;
  time: number | Span;
  /** The busiest proxies too. */
  by: boolean;
}

const SOONEST_S = 10;
const LATEST_S = 60;

/** The past that is wanted, asked for again as it moves on; with null nothing is. */
export function useHistory(wanted: Wanted | null): Asked<Past> {
  const store = useStore();
  const now = managerNow(store);
  const isRolling = typeof wanted?.time === "number" || (wanted !== null && wanted.time.to > now);
  const every = isRolling ? refreshSeconds(wanted.time) : Infinity;
  return useAnswer<Past>(
    wanted && JSON.stringify(wanted),
    Math.floor(now / every),
    async (signal) => {
      const { proxyId, time, by } = wanted!;
      const { clockOffset } = store.fleet.peek();
      const at = (Date.now() + clockOffset) / 1000;
      const span = typeof time === "number"
        ? { from: at - time, to: null }
        : { from: time.from, to: Math.min(time.to, Math.max(at, time.from + 1)) };
      const answer = await store.askHistory({ proxyId, by, ...span }, signal);
      return "value" in answer ? { value: { reply: answer.value, clockOffset } } : answer;
    },
  );
}

/** A hundredth of what is shown moves on before it is asked for anew. */
function refreshSeconds(time: number | Span): number {
  const seconds = typeof time === "number" ? time : time.to - time.from;
  return Math.min(LATEST_S, Math.max(SOONEST_S, seconds / 100));
}
