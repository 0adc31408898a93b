import { type ConnectionRecord, isActive } from "../../../proxy/stats/report.ts";
import { type Cidr, isWithin } from "../../../proxy/net/cidr.ts";
import { unmapIPv4 } from "../../../proxy/net/address.ts";
import type { ProxyEntry } from "../../fleet/proxy.ts";
import { add } from "../../fleet/totals.ts";
import type { Registry } from "../../registry.ts";
import type { ConnectionGroup, FleetConnection, GroupBy } from "../model_connections.ts";
import { connectionView } from "../views.ts";
import { glob } from "../../../proxy/glob.ts";
import { comparator, type Key, Page, type Rank, type SortField } from "./ranking.ts";
import { scan, Slices } from "./scan.ts";

/** Which connections are wanted; what is left out, or null, does not matter. */
export interface Filter {
  proxy?: string;
  client?: readonly Cidr[];
  user?: string;
  target?: string;
  reason?: string;
  state?: readonly string[];
  active?: boolean;
}

export const CONNECTION_FIELDS = [
  ...["proxy_id", "id", "client_ip", "client_port", "target", "bytes_sent", "bytes_received"],
  ...["bytes", "start_time", "last_activity", "active", "state", "user", "reason", "requests"],
] as const;
export type ConnectionField = (typeof CONNECTION_FIELDS)[number];
export const GROUP_FIELDS = [
  ...["key", "connections", "active", "bytes_sent", "bytes_received", "bytes", "requests"],
] as const;
export type GroupField = (typeof GROUP_FIELDS)[number];

/** A page of what was found. */
export interface Found<T> {
  rows: T[];
  total: number;
  /** Live connections that the proxies in question did not report. */
  notReported: number;
  /** Of the last row, where others follow. */
  next: Rank | null;
}

/** What part is wanted of what, in which order. */
export interface Query {
  filter: Filter;
  order: readonly SortField[];
  limit: number;
  after: Rank | null;
  /** True once nobody waits for the answer any more. */
  gone?: () => boolean;
}

interface Row extends Rank {
  entry: ProxyEntry;
  record: ConnectionRecord;
}

interface GroupRow extends Rank {
  group: ConnectionGroup;
}

/** A page of the fleet's connections. */
export async function findConnections(
  registry: Registry,
  query: Query,
  nowMs: number,
): Promise<Found<FleetConnection>> {
  const { order, limit, after } = query;
  const page = new Page<Row>(limit, comparator(order), after);
  // Used again and again: most of the many do not get onto the page.
  const rank = { keys: [] as Key[], name: "", number: 0 };
  const notReported = await select(registry, query, nowMs, (entry, record, active) => {
    for (let i = 0; i < order.length; i++) {
      rank.keys[i] = keyOf(entry, record, active, order[i].field);
    }
    rank.name = entry.id;
    rank.number = record.id;
    if (page.wants(rank)) page.add({ ...rank, keys: [...rank.keys], entry, record });
  });
  const { rows, more } = page.rows();
  const views = rows.map(({ entry, record }) => ({
    proxy_id: entry.id,
    ...connectionView(entry, record, nowMs),
  }));
  return { rows: views, total: page.total, notReported, next: more ? rows.at(-1) ?? null : null };
}

/** A page of the sums of those that have their client, target, user or proxy in common. */
export async function findGroups(
  registry: Registry,
  query: Query,
  by: GroupBy,
  nowMs: number,
): Promise<Found<ConnectionGroup>> {
  const { order, limit, after } = query;
  const groups = new Map<string, ConnectionGroup>();
  const notReported = await select(registry, query, nowMs, (entry, record, active) => {
    const key = groupOf(entry, record, by);
    let group = groups.get(key);
    if (!group) groups.set(key, group = noGroup(key));
    group.connections++;
    group.active += Number(active);
    group.bytes_sent = add(group.bytes_sent, record.bytes_sent);
    group.bytes_received = add(group.bytes_received, record.bytes_received);
    group.requests = add(group.requests, record.requests);
  });
  const page = new Page<GroupRow>(limit, comparator(order), after);
  const slices = new Slices();
  for (const group of groups.values()) {
    if (slices.isOver()) await slices.next();
    const keys = order.map(({ field }) => groupKey(group, field));
    const row = { keys, name: group.key, number: 0, group };
    if (page.wants(row)) page.add(row);
  }
  const { rows, more } = page.rows();
  return {
    rows: rows.map(({ group }) => group),
    total: page.total,
    notReported,
    next: more ? rows.at(-1) ?? null : null,
  };
}

/** Shows what fits to `visit`; returns how many live connections were not reported. */
async function select(
  registry: Registry,
  { filter, gone }: Query,
  nowMs: number,
  visit: (entry: ProxyEntry, record: ConnectionRecord, active: boolean) => void,
): Promise<number> {
  const fitsProxy = filter.proxy === undefined ? () => true : glob(filter.proxy);
  const fits = recordFilter(filter);
  let notReported = 0;
  let current: ProxyEntry | null = null;
  let up = false;
  const wanted = (entry: ProxyEntry) => {
    if (!fitsProxy(entry.id)) return false;
    notReported = add(notReported, entry.omitted(nowMs));
    return true;
  };
  await scan(registry, wanted, (entry, record) => {
    if (entry !== current) {
      current = entry;
      up = entry.isUp(nowMs);
    }
    const active = up && isActive(record.state);
    if (filter.active !== undefined && filter.active !== active) return;
    if (fits(record)) visit(entry, record, active);
  }, gone);
  return notReported;
}

function recordFilter(filter: Filter): (record: ConnectionRecord) => boolean {
  const tests: ((record: ConnectionRecord) => boolean)[] = [];
  const { state, client } = filter;
  if (state) tests.push((record) => state.includes(record.state));
  if (client) tests.push((record) => isWithin(client, unmapIPv4(record.client_ip)));
  for (const field of ["user", "target", "reason"] as const) {
    const pattern = filter[field];
    if (pattern === undefined) continue;
    const matches = glob(pattern);
    tests.push((record) => matches(record[field]));
  }
  return (record) => tests.every((test) => test(record));
}

function keyOf(
  entry: ProxyEntry,
  record: ConnectionRecord,
  active: boolean,
  field: string,
): Key {
  switch (field as ConnectionField) {
    case "proxy_id":
      return entry.id;
    case "bytes":
      return record.bytes_sent + record.bytes_received;
    case "active":
      return Number(active);
    case "start_time":
    case "last_activity":
      return entry.onManagerClock(record[field as "start_time"]);
    default:
      return record[field as keyof ConnectionRecord];
  }
}

function groupOf(entry: ProxyEntry, record: ConnectionRecord, by: GroupBy): string {
  switch (by) {
    case "client":
      return record.client_ip;
    case "proxy":
      return entry.id;
    default:
      return record[by];
  }
}

function noGroup(key: string): ConnectionGroup {
  return { key, connections: 0, active: 0, bytes_sent: 0, bytes_received: 0, requests: 0 };
}

function groupKey(group: ConnectionGroup, field: string): Key {
  if (field === "bytes") return group.bytes_sent + group.bytes_received;
  return group[field as keyof ConnectionGroup];
}
