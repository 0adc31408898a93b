import type { FleetStats } from "../../manager/api/model.ts";
import type { HistoryReply } from "../../manager/api/model_history.ts";
import type { Span } from "../state/range.ts";
import type { Failure } from "../state/request.ts";
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

/** The past that is wanted, asked for again as it moves on unless `once` is enough; with null nothing is. */
export function useHistory(wanted: Wanted | null, { once = false } = {}): Asked<Past> {
  const store = useStore();
  const now = managerNow(store);
  const every = wanted !== null && !once && movesOn(wanted.time, now)
    ? refreshSeconds(wanted.time)
    : Infinity;
  const missing = whyMissing(store.fleet.value.stats);
  const key = wanted === null || missing !== null ? null : JSON.stringify(wanted);
  const ask = async (signal: AbortSignal) => {
    const { proxyId, time, by } = wanted!;
    const { clockOffset } = store.fleet.peek();
    const at = (Date.now() + clockOffset) / 1000;
    const span = typeof time === "number"
      ? { from: at - time, to: null }
      : { from: time.from, to: Math.min(time.to, Math.max(at, time.from + 1)) };
    const answer = await store.askHistory({ proxyId, by, ...span }, signal);
    return "value" in answer ? { value: { reply: answer.value, clockOffset } } : answer;
  };
  const asked = useAnswer<Past>(key, Math.floor(now / every), ask);
  if (key !== null) return asked;
  // Nothing is asked, and what is known is of something else.
  const failure = wanted === null ? null : missing;
  return { ...asked, value: null, asking: false, slow: false, failure };
}

/** Why the manager would not answer; it says so in each message, so that it need not be asked. */
function whyMissing(stats: FleetStats | null): Failure | null {
  if (stats === null || stats.history.state === "on") return null;
  const { state, reason } = stats.history;
  return { code: `history_${state}`, message: reason };
}

function movesOn(time: number | Span, now: number): boolean {
  return typeof time === "number" || time.to > now;
}

/** A hundredth of what is shown moves on before it is asked for anew. */
function refreshSeconds(time: number | Span): number {
  const seconds = typeof time === "number" ? time : time.to - time.from;
  return Math.min(LATEST_S, Math.max(SOONEST_S, seconds / 100));
}
