import { useMemo } from "preact/hooks";
import { joinLive, toSeries } from "../state/past.ts";
import { LIVE_SECONDS } from "../state/range.ts";
import type { Series } from "../state/series.ts";
import { useStore } from "../state/store.ts";
import { useAnswer } from "./use_answer.ts";
import type { Past } from "./use_history.ts";

/**
 * The last minutes of a proxy or of the fleet: what came live, and before it what the manager
 * remembers, asked for once and again when the link was lost.
 */
export function useRecent(proxyId: string | null): Series {
  const store = useStore();
  const { traffic, proxyTraffic } = store.fleet.value;
  const live = proxyId === null ? traffic : proxyTraffic.get(proxyId) ?? [];
  const { value } = useAnswer<Past>(proxyId ?? "", 0, async (signal) => {
    const { clockOffset } = store.fleet.peek();
    const from = (Date.now() + clockOffset) / 1000 - LIVE_SECONDS;
    const answer = await store.askHistory({ proxyId, from, to: null, by: false }, signal);
    return "value" in answer ? { value: { reply: answer.value, clockOffset } } : answer;
  });
  return useMemo(
    () => value ? joinLive(toSeries(value.reply, value.clockOffset), live, value.reply.step) : live,
    [value, live],
  );
}
