import { strict as assert } from "node:assert";
import { closeQuietly } from "../../proxy/net/close.ts";
import { type ConnectionRecord, type Datagram, decodeRecord } from "../../proxy/stats/report.ts";
import { eventually, within } from "../support/eventually.ts";
import {
  type ProxyProgram,
  type ReportingProxy,
  startProxyProgram,
  startTestProxy,
} from "../support/proxy.ts";
import { type ResettableConn, startResettable } from "../support/resettable.ts";
import { haveSignals } from "../support/process.ts";
import { connectTo } from "../support/tcp.ts";
import type { Route } from "./route.ts";

/** Where tunnels arrive. */
export interface Target<T> extends AsyncDisposable {
  address: string;
  /** The next connection that has not been taken yet. */
  accept(): Promise<T>;
}

interface Closable {
  close(): void;
}

/** Both far ends of one tunnel; leaving its scope closes them. */
export class Link<T extends Closable = Deno.TcpConn> implements Disposable {
  constructor(readonly client: Deno.TcpConn, readonly target: T) {}

  [Symbol.dispose](): void {
    closeQuietly(this.client);
    closeQuietly(this.target);
  }
}

/** A proxy and a target behind it. */
export class Setup<P extends ReportingProxy, T extends Closable> {
  constructor(readonly route: Route, readonly proxy: P, readonly target: Target<T>) {}

  /** A new tunnel's client end; the other one waits at the target. */
  async open(): Promise<Deno.TcpConn> {
    const conn = await connectTo(this.proxy.port);
    try {
      await within("the proxy opens a tunnel", this.route.enter(conn, this.target.address));
      return conn;
    } catch (error) {
      conn.close();
      throw error;
    }
  }

  /** A new tunnel. */
  async link(): Promise<Link<T>> {
    const client = await this.open();
    return new Link(client, await within("the target is reached", this.target.accept()));
  }

  /** The proxy's totals once this many connections have come and all have ended. */
  async totals(connections: number): Promise<Datagram> {
    const totals = await this.proxy.report(
      `${connections} connections have ended`,
      (report) => report.active_connections === 0 && report.total_connections >= connections,
    );
    assert.equal(totals.total_connections, connections);
    return totals;
  }

  /** Those totals and every connection's record, the oldest first; both must agree. */
  async books(connections: number): Promise<Books> {
    const totals = await this.totals(connections);
    const records = await eventually("every connection's end is reported", () => {
      const ended = this.#endedRecords();
      return ended.length === connections && ended;
    });
    assert.equal(totals.total_bytes_sent, sum(records, "bytes_sent"));
    assert.equal(totals.total_bytes_received, sum(records, "bytes_received"));
    const failed = records.filter((record) => record.state === "failed");
    assert.equal(totals.failed_connections, failed.length);
    return {
      records,
      sent: totals.total_bytes_sent,
      received: totals.total_bytes_received,
    };
  }

  #endedRecords(): ConnectionRecord[] {
    const byId = new Map<number, ConnectionRecord>();
    for (const report of this.proxy.reports) {
      if (report.kind !== "connections") continue;
      for (const record of report.connections.map(decodeRecord)) {
        if (record.reason !== "") byId.set(record.id, record);
      }
    }
    return [...byId.values()].sort((a, b) => a.id - b.id);
  }
}

/** What the proxy counted, in bytes. */
export interface Books {
  records: ConnectionRecord[];
  sent: number;
  received: number;
}

function sum(records: ConnectionRecord[], field: "bytes_sent" | "bytes_received"): number {
  return records.reduce((total, record) => total + record[field], 0);
}

/** A target on a free loopback port. */
function listen(): Target<Deno.TcpConn> {
  const listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  return {
    address: `127.0.0.1:${listener.addr.port}`,
    accept: () => listener.accept(),
    [Symbol.asyncDispose]() {
      listener.close();
      return Promise.resolve();
    },
  };
}

/** Runs a case against a proxy within this process. */
export async function withProxy(
  route: Route,
  run: (setup: Setup<ReportingProxy, Deno.TcpConn>) => Promise<void>,
): Promise<void> {
  await using target = listen();
  await using proxy = startTestProxy(route.mode, route.flags(target.address));
  await run(new Setup(route, proxy, target));
}

/** The same with a target that can reset its connections. */
export async function withResettableTarget(
  route: Route,
  run: (setup: Setup<ReportingProxy, ResettableConn>) => Promise<void>,
): Promise<void> {
  await using target = await startResettable();
  await using proxy = startTestProxy(route.mode, route.flags(target.address));
  await run(new Setup(route, proxy, target));
}

/** The program itself, and a target behind it. */
export type ProgramSetup = Setup<ProxyProgram, Deno.TcpConn>;

/** Runs a case against the program itself, which then ends regularly and has had nothing to warn of. */
export async function withProgram(
  route: Route,
  run: (setup: ProgramSetup) => Promise<void>,
): Promise<void> {
  await using target = listen();
  const flags = { ...route.flags(target.address), drainTimeout: "60" };
  await using proxy = await startProxyProgram(route.mode, flags);
  await run(new Setup(route, proxy, target));
  if (!haveSignals("How the program ends")) return;
  if (!proxy.program.exited) proxy.program.signal("SIGTERM");
  const { code, stderr } = await within("the program ends", proxy.program.ended());
  assert.equal(stderr, "");
  assert.equal(code, 0);
}
