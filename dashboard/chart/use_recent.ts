import { useMemo } from "preact/hooks";
import { joinLive, toSeries } from "../state/past.ts";
import { LIVE_SECONDS } from "../state/range.ts";
import type { Series } from "../state/series.ts";
import { useStore } from "../state/store.ts";
import { useHistory } from "./use_history.ts";

/**
 * The last minutes of a proxy or of the fleet: what came live, and before it what the manager
 * remembers, asked for once and again when the link was lost.
 */
export function useRecent(proxyId: string | null): Series {
  const { traffic, proxyTraffic } = useStore().fleet.value;
  const live = proxyId === null ? traffic : proxyTraffic.get(proxyId) ?? [];
  const { value } = useHistory({ proxyId, time: LIVE_SECONDS, by: false }, { once: true });
  return useMemo(
    () => value ? joinLive(toSeries(value.reply, value.clockOffset), live, value.reply.step) : live,
    [value, live],
  );
}
