import type { Batch, LoggedConnection, SeriesRow } from "../../manager/history/batch.ts";
import { DEFAULT_RETENTION } from "../../manager/history/options.ts";
import { Store, type StoreOptions } from "../../manager/history/store.ts";
import { T0 } from "./reports.ts";

/** The tests' clock in Unix seconds; the begin of an hour. */
export const S0 = T0 / 1000;

/** A folder that goes when its scope is left. */
export class TempFolder implements Disposable {
  readonly path = Deno.makeTempDirSync({ prefix: "rustproxy-history-" });

  [Symbol.dispose](): void {
    Deno.removeSync(this.path, { recursive: true });
  }
}

/** A store in memory, or of this file. */
export function openStore(path = ":memory:", options: Partial<StoreOptions> = {}, nowMs = T0) {
  const store = new Store(
    path,
    { retention: DEFAULT_RETENTION, maxProxies: 100, ...options },
    nowMs,
  );
  return Object.assign(store, { [Symbol.dispose]: () => store.close() });
}

/** A batch of what is given, at `T0`. */
export function batch(overrides: Partial<Batch> = {}): Batch {
  return {
    atMs: T0,
    series: [],
    proxies: [],
    removed: [],
    log: [],
    tops: [],
    events: [],
    audit: [],
    kept: {},
    ...overrides,
  };
}

/** Figures of a step. */
export function row(time: number, overrides: Partial<SeriesRow> = {}): SeriesRow {
  return {
    proxy: "edge-1",
    time,
    sent: 100,
    received: 200,
    connections: 3,
    failed: 1,
    rejected: 2,
    activeSum: 8,
    activeMax: 5,
    samples: 2,
    ...overrides,
  };
}

/** A connection that ended at `T0`. */
export function logged(overrides: Partial<LoggedConnection> = {}): LoggedConnection {
  return {
    ended: S0,
    started: S0 - 10,
    proxy_id: "edge-1",
    boot: 7,
    id: 1,
    client_ip: "192.0.2.1",
    client_port: 50_000,
    target: "example.com:443",
    user: "",
    state: "closed",
    reason: "client_closed",
    bytes_sent: 100,
    bytes_received: 200,
    requests: 1,
    ...overrides,
  };
}
