import { useMemo, useRef } from "preact/hooks";
import { gapOf } from "../state/fleet.ts";
import { clip, type Frame, frameOf, heldUntil } from "../state/frame.ts";
import { coarsen, joinLive, toSeries } from "../state/past.ts";
import { LIVE_SECONDS, type Span } from "../state/range.ts";
import { GAP_MS, type Series } from "../state/series.ts";
import { assignColors, busiest, joinFrames, stackLive, stackPast } from "../state/stack.ts";
import { managerNow, useStore } from "../state/store.ts";
import { type ChartView, shownSpan, wantedTime } from "../state/view.ts";
import type { Asked } from "./use_answer.ts";
import { type Past, useHistory } from "./use_history.ts";

/** What the chart shows, and how it stands with the past of it. */
export interface Traffic {
  frame: Frame;
  /** Unix seconds. */
  span: Span;
  /** Local milliseconds. */
  from: number;
  to: number;
  colors: ReadonlyMap<string, number>;
  past: Asked<Past>;
}

/** The traffic of a proxy or of the fleet as the view wants it; `recent` is that of the last minutes. */
export function useTraffic(proxyId: string | null, view: ChartView, recent: Series): Traffic {
  const store = useStore();
  const { clockOffset } = store.fleet.value;
  const isByProxy = proxyId === null && view.mode !== "total";
  const time = wantedTime(view) ?? (isByProxy ? LIVE_SECONDS : null);
  const past = useHistory(time === null ? null : { proxyId, time, by: isByProxy });
  const span = shownSpan(view, quantized(managerNow(store), view));
  const from = span.from * 1000 - clockOffset;
  const to = span.to * 1000 - clockOffset;
  const byProxy = useByProxy(isByProxy, past.value, recent);
  const total = useMemo(() => {
    if (time === null || !past.value) return frameOf(recent);
    const { reply, clockOffset } = past.value;
    return frameOf(joinLive(toSeries(reply, clockOffset), recent, reply.step));
  }, [time === null, past.value, recent]);
  const whole = isByProxy ? byProxy.frame : total;
  const gapMs = Math.max(GAP_MS, proxyId === null ? 0 : gapOfProxy(store, proxyId));
  const now = store.now.value;
  // Both ends in whole seconds: what moves less is not seen, and need not be drawn.
  const [left, right] = [Math.floor(from / 1000) * 1000, Math.ceil(to / 1000) * 1000];
  const frame = useMemo(
    () => clip(heldUntil(whole, Math.min(now, right), gapMs), left, right),
    [whole, left, right, gapMs, view.zoom === null && view.range.kind === "live" ? now : 0],
  );
  return { frame, span, from: left, to: right, colors: byProxy.colors, past };
}

/** Time moves on by steps that are seen: a thousandth of what is shown. */
function quantized(now: number, view: ChartView): number {
  const time = wantedTime(view);
  const step = typeof time === "number" ? Math.max(1, time / 1000) : 1;
  return Math.floor(now / step) * step;
}

function gapOfProxy({ fleet }: ReturnType<typeof useStore>, proxyId: string): number {
  const proxy = fleet.value.proxies.get(proxyId);
  return proxy ? gapOf(proxy) : 0;
}

/** How long the choice of the busiest holds while no history makes it, in milliseconds. */
const CHOICE_MS = 60_000;

function useByProxy(isOn: boolean, past: Past | null, recent: Series) {
  const store = useStore();
  const { proxyTraffic, proxies } = store.fleet.value;
  const colors = useRef<ReadonlyMap<string, number>>(new Map());
  const remembered = past?.reply.busiest;
  const minute = Math.floor(store.now.value / CHOICE_MS);
  const hasAny = proxyTraffic.size > 0;
  const ids = useMemo(
    () => isOn ? remembered?.map(({ proxy_id }) => proxy_id) ?? busiest(proxyTraffic) : [],
    [isOn, remembered, minute, hasAny],
  );
  colors.current = useMemo(() => assignColors(colors.current, ids), [ids]);
  const before = useMemo(
    () => isOn && past?.reply.busiest ? stackPast(past.reply, past.clockOffset) : null,
    [isOn, past],
  );
  const frame = useMemo((): Frame => {
    if (!isOn) return { times: [], bands: [] };
    const stepMs = (past?.reply.step ?? 0) * 1000;
    const gap = (id: string) => {
      const proxy = proxies.get(id);
      return Math.max(stepMs, proxy ? gapOf(proxy) : GAP_MS);
    };
    const live = stackLive(coarsen(recent, before ? stepMs : 0), proxyTraffic, ids, gap);
    return before ? joinFrames(before, live, stepMs) : live;
  }, [isOn, before, recent, proxyTraffic, ids]);
  return { frame, colors: colors.current };
}
