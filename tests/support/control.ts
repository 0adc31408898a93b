import { strict as assert } from "node:assert";
import {
  type Command,
  type CommandResult,
  commandSchema,
  resultSchema,
} from "../../proxy/control/commands.ts";
import { type Mode, type ProxyOptions, proxyOptionsSchema } from "../../proxy/options.ts";
import { type ControlDeps, type RunningProxy, startProxyThreads } from "../../proxy/mod.ts";
import {
  type ConnectionRecord,
  type Datagram,
  decodeRecord,
  isActive,
} from "../../proxy/stats/report.ts";
import { eventually } from "./eventually.ts";
import { collectReports, type ProxyFlags, type ReportingProxy } from "./proxy.ts";
import { connectTo, readExactly, send } from "./tcp.ts";

const WORKER = new URL("../../worker.ts", import.meta.url);

/** A proxy of one or several threads that a test tells what to do; leaving its scope ends it. */
export interface ControlledProxy extends ReportingProxy {
  proxy: RunningProxy;
  /** Tells it, and expects that it is done; the command goes through the schema, as over the channel. */
  tell(command: Command): Promise<CommandResult>;
  /** Tells it, and expects that it refuses; returns why. */
  tellInVain(command: Command): Promise<string>;
  /** The options that it was started with, and others in some of them. */
  options(flags: ProxyFlags): ProxyOptions;
  /** The newest that its reports say of a connection from this port of a client. */
  record(clientPort: number): Promise<ConnectionRecord>;
  /** The same once it has ended. */
  end(clientPort: number): Promise<ConnectionRecord>;
}

/** Starts one that reports every tenth of a second. */
export async function startControlled(
  workers: number,
  mode: Mode,
  flags: ProxyFlags = {},
  deps: ControlDeps = {},
  module = WORKER,
): Promise<ControlledProxy> {
  const reports = collectReports();
  const options = (more: ProxyFlags) =>
    proxyOptionsSchema.parse({
      mode,
      listen: "127.0.0.1:0",
      statsAddr: reports.address,
      reportInterval: "0.1",
      drainTimeout: "0",
      workers: `${workers}`,
      ...flags,
      ...more,
    });
  const naming = { version: "0.1.0", host: "test" };
  const setup = { level: "error", format: "json" };
  const proxy = await startProxyThreads(options({}), { ...naming, ...deps }, {
    url: module,
    setup,
  });
  const execute = async (command: Command) => {
    const result = await proxy.execute(commandSchema.parse(structuredClone(command)));
    return resultSchema.parse(result);
  };
  return {
    get port() {
      return proxy.addr.port;
    },
    get address() {
      return `127.0.0.1:${proxy.addr.port}`;
    },
    proxy,
    reports: reports.all,
    report: reports.find,
    options,
    async tell(command) {
      const result = await execute(command);
      assert.equal(result.ok, true, result.detail);
      return result;
    },
    async tellInVain(command) {
      const { ok, detail } = await execute(command);
      assert.equal(ok, false, detail);
      return detail;
    },
    record: (port) =>
      eventually(`the connection from port ${port} is reported`, () => newest(reports.all, port)),
    end: (port) =>
      eventually(`the connection from port ${port} has ended`, () => {
        const record = newest(reports.all, port);
        return record && !isActive(record.state) && record;
      }),
    async [Symbol.asyncDispose]() {
      await proxy.stop();
      await reports.close();
    },
  };
}

function newest(reports: readonly Datagram[], port: number): ConnectionRecord | undefined {
  for (const report of reports.toReversed()) {
    const found = report.kind === "connections" &&
      report.connections.find((wire) => wire[2] === port);
    if (found) return decodeRecord(found);
  }
}

/** The same test for a proxy of one thread, and of two where the system balances connections. */
export function withWorkers(title: string, test: (workers: number) => Promise<void>): void {
  for (const workers of [1, 2]) {
    const ignore = workers > 1 && Deno.build.os !== "linux";
    Deno.test({ name: `${title}, with --workers ${workers}`, ignore, fn: () => test(workers) });
  }
}

/** Passes something through a connection to an echo server. */
export async function echoes(conn: Deno.Conn): Promise<void> {
  await send(conn, "ping");
  assert.equal(new TextDecoder().decode(await readExactly(conn, 4)), "ping");
}

/** A connection through a tcp proxy to an echo server, used once. */
export async function openEcho(port: number, hostname?: string): Promise<Deno.TcpConn> {
  const conn = await connectTo(port, hostname);
  try {
    await echoes(conn);
    return conn;
  } catch (error) {
    conn.close();
    throw error;
  }
}

/** So many of them. */
export function openEchoes(n: number, port: number): Promise<Deno.TcpConn[]> {
  return Promise.all(Array.from({ length: n }, () => openEcho(port)));
}

/** What comes of a new connection: whether it is served. */
export async function isServed(port: number, hostname?: string): Promise<boolean> {
  try {
    (await openEcho(port, hostname)).close();
    return true;
  } catch {
    return false;
  }
}

/** Waits for the end of a connection that the proxy closes. */
export async function ends(conn: Deno.Conn): Promise<void> {
  assert.equal(await conn.read(new Uint8Array(1)).catch(() => null), null);
}

export function portOf(conn: Deno.Conn): number {
  return (conn.localAddr as Deno.NetAddr).port;
}

/** A connection to a tcp proxy with `--accept-proxy 127.0.0.1` on behalf of a client elsewhere, used once. */
export async function openFrom(ip: string, port: number): Promise<Deno.TcpConn> {
  const conn = await connectTo(port);
  try {
    const family = ip.includes(":") ? "TCP6" : "TCP4";
    await send(conn, `PROXY ${family} ${ip} ${ip} ${portOf(conn)} 1\r\n`);
    await echoes(conn);
    return conn;
  } catch (error) {
    conn.close();
    throw error;
  }
}
