/** The fleet's traffic by proxy: the busiest for themselves, the rest together. Pure. */
import type { HistoryReply } from "../../manager/api/model_history.ts";
import { type Band, type Frame, OTHERS } from "./frame.ts";
import { lengthOf, toLocal, toSeries } from "./past.ts";
import { GAP_MS, type Series } from "./series.ts";

/** Proxies that have a colour of their own: more cannot be told apart. */
export const TOP = 7;

/** The history's busiest proxies and the others, over its steps. */
export function stackPast(reply: HistoryReply, clockOffset: number): Frame {
  const fleet = toSeries(reply, clockOffset);
  const steps = new Map<number, number>();
  for (const { time } of reply.points) {
    const part = lengthOf(time, reply);
    if (part) steps.set(time, toLocal(part.middle, clockOffset));
  }
  const bands = (reply.busiest ?? []).map(({ proxy_id, points }): Band => {
    const at = new Map<number, (typeof points)[number]>();
    for (const point of points) {
      const moment = steps.get(point.time);
      if (moment !== undefined) at.set(moment, point);
    }
    const rate = (moment: number, name: "bytes_sent" | "bytes_received") => {
      const point = at.get(moment);
      return point ? point[name] / lengthOf(point.time, reply)!.seconds : 0;
    };
    return {
      id: proxy_id,
      sent: fleet.map((s) => s.sent === null ? null : rate(s.at, "bytes_sent")),
      received: fleet.map((s) => s.received === null ? null : rate(s.at, "bytes_received")),
    };
  });
  return withOthers(fleet, bands);
}

/** The same of live figures, where each proxy has moments of its own: its rate holds until its next. */
export function stackLive(
  fleet: Series,
  proxies: ReadonlyMap<string, Series>,
  ids: readonly string[],
  gapMs: (id: string) => number = () => GAP_MS,
): Frame {
  const bands = ids.map((id): Band => {
    const series = proxies.get(id) ?? [];
    const sent: (number | null)[] = [];
    const received: (number | null)[] = [];
    let i = -1;
    for (const moment of fleet) {
      while (i + 1 < series.length && series[i + 1].at <= moment.at) i++;
      const held = i >= 0 && moment.at - series[i].at <= gapMs(id) ? series[i] : null;
      sent.push(moment.sent === null ? null : held?.sent ?? 0);
      received.push(moment.received === null ? null : held?.received ?? 0);
    }
    return { id, sent, received };
  });
  return withOthers(fleet, bands);
}

/** What the proxies with a band leave of the fleet; never less than nothing, for their clocks differ. */
function withOthers(fleet: Series, bands: readonly Band[]): Frame {
  const rest = (of: "sent" | "received") =>
    fleet.map((sample, i) => {
      const all = sample[of];
      if (all === null) return null;
      return Math.max(0, bands.reduce((left, band) => left - (band[of][i] ?? 0), all));
    });
  const others = { id: OTHERS, sent: rest("sent"), received: rest("received") };
  return { times: fleet.map(({ at }) => at), bands: [...bands, others] };
}

/** The past and what came live after it, of the same bands, with a gap where they do not meet. */
export function joinFrames(past: Frame, live: Frame, stepMs: number): Frame {
  const last = past.times.at(-1);
  if (last === undefined) return live;
  const begin = live.times.findIndex((at) => at > last);
  if (begin === -1) return past;
  const isApart = live.times[begin] - last > 2 * stepMs + GAP_MS;
  const gap = isApart ? [null] : [];
  return {
    times: [...past.times, ...(isApart ? [last + stepMs] : []), ...live.times.slice(begin)],
    bands: past.bands.map(({ id, sent, received }) => {
      const more = live.bands.find((band) => band.id === id);
      const none = live.times.slice(begin).map(() => null);
      return {
        id,
        sent: [...sent, ...gap, ...(more?.sent.slice(begin) ?? none)],
        received: [...received, ...gap, ...(more?.received.slice(begin) ?? none)],
      };
    }),
  };
}

/** The proxies that moved most of late, the busiest first. */
export function busiest(proxies: ReadonlyMap<string, Series>, count = TOP): string[] {
  const moved = [...proxies].map(([id, series]) => {
    const sum = series.reduce((n, s) => n + (s.sent ?? 0) + (s.received ?? 0), 0);
    return { id, mean: sum / Math.max(1, series.length) };
  });
  return moved.filter(({ mean }) => mean > 0)
    .sort((a, b) => b.mean - a.mean || (a.id < b.id ? -1 : 1))
    .slice(0, count).map(({ id }) => id);
}

/** A colour's number for each id: those that had one keep it, so that none changes as the order does. */
export function assignColors(
  before: ReadonlyMap<string, number>,
  ids: readonly string[],
): ReadonlyMap<string, number> {
  const after = new Map<string, number>();
  for (const id of ids) {
    const color = before.get(id);
    if (color !== undefined) after.set(id, color);
  }
  const taken = new Set(after.values());
  let next = 0;
  for (const id of ids) {
    if (after.has(id)) continue;
    while (taken.has(next)) next++;
    taken.add(next);
    after.set(id, next);
  }
  return after;
}
