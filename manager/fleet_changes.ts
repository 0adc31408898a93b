import { CONNECTION_STATES, type ConnectionRecord, isActive } from "../proxy/stats/report.ts";
import type { FleetConnections, FleetRow } from "./api/model_live.ts";
import type { ProxyEntry } from "./fleet/proxy.ts";
import type { Registry } from "./registry.ts";

/** What a viewer is to do about a connection: all of it is news, figures alone are, or it is gone. */
export type ChangeKind = "upsert" | "change" | "remove";

/** What has changed of the fleet's connections, as the message that tells it. */
export class FleetChanges {
  readonly #kinds = new Map<string, Map<number, ChangeKind>>();

  get isEmpty(): boolean {
    return this.#kinds.size === 0;
  }

  /** Notes what to do; the last word on a connection is the one that counts. */
  note(proxyId: string, id: number, kind: ChangeKind): void {
    let kinds = this.#kinds.get(proxyId);
    if (!kinds) this.#kinds.set(proxyId, kinds = new Map());
    kinds.set(id, kind);
  }

  /** The message, with what the registry knows now. */
  encode(
    registry: Registry,
    { full, omitted, nowMs }: { full: boolean; omitted: number; nowMs: number },
  ): string {
    const texts = new Texts();
    const time = Math.round(nowMs);
    const upsert: FleetRow[] = [];
    const changed: number[][] = [];
    const removed: number[][] = [];
    for (const [proxyId, kinds] of this.#kinds) {
      const entry = registry.get(proxyId);
      const up = entry?.isUp(nowMs) ?? false;
      const proxy = texts.place(proxyId);
      const [figures, gone] = [[proxy], [proxy]];
      for (const [id, kind] of kinds) {
        const record = kind === "remove" ? undefined : entry?.connections.get(id);
        if (!entry || !record) gone.push(id);
        else if (kind === "upsert") upsert.push(rowOf(texts, entry, record, up, time));
        else figures.push(...changeOf(entry, record, time));
      }
      if (figures.length > 1) changed.push(figures);
      if (gone.length > 1 && !full) removed.push(gone);
    }
    const { strings } = texts;
    const message: FleetConnections = {
      ...{ type: "fleet_connections", full, time, strings },
      ...{ upsert, changed, removed, omitted },
    };
    return JSON.stringify(message);
  }
}

/** The texts of one message, each once. */
class Texts {
  readonly strings: string[] = [];
  readonly #places = new Map<string, number>();

  place(text: string): number {
    let place = this.#places.get(text);
    if (place === undefined) {
      place = this.strings.push(text) - 1;
      this.#places.set(text, place);
    }
    return place;
  }
}

function rowOf(
  texts: Texts,
  entry: ProxyEntry,
  record: ConnectionRecord,
  up: boolean,
  time: number,
): FleetRow {
  const times = entry.connections.times(record.id);
  return [
    texts.place(entry.id),
    record.id,
    texts.place(record.client_ip),
    record.client_port,
    texts.place(record.target),
    texts.place(record.user),
    texts.place(record.reason),
    CONNECTION_STATES.indexOf(record.state),
    up && isActive(record.state) ? 1 : 0,
    ageOf(times?.start_time, time),
    ageOf(times?.last_activity, time),
    Math.round(time - entry.connections.seenAtMs(record.id)),
    record.bytes_sent,
    record.bytes_received,
    record.requests,
  ];
}

/** In the order that `changed` has. */
function changeOf({ connections }: ProxyEntry, record: ConnectionRecord, time: number): number[] {
  const { id, bytes_sent, bytes_received, requests } = record;
  const activity = ageOf(connections.times(id)?.last_activity, time);
  const reported = Math.round(time - connections.seenAtMs(id));
  return [id, bytes_sent, bytes_received, requests, activity, reported];
}

function ageOf(seconds = 0, time: number): number {
  return Math.round(time - 1000 * seconds);
}
