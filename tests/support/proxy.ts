import type { z } from "zod";
import { type Mode, proxyOptionsSchema } from "../../proxy/options.ts";
import { type ProxyDeps, type RunningProxy, startProxy } from "../../proxy/mod.ts";
import { type Datagram, datagramSchema } from "../../proxy/stats/report.ts";
import { eventually } from "./eventually.ts";
import type { Running } from "./executable.ts";
import { startProgram } from "./program.ts";

/** Flags by their names in the schema, as the command line gives them. */
export type ProxyFlags = Omit<z.input<typeof proxyOptionsSchema>, "mode">;

/** A proxy on a free loopback port that reports to the test; leaving its scope ends it. */
export interface ReportingProxy extends AsyncDisposable {
  port: number;
  address: string;
  /** Every report so far. */
  reports: Datagram[];
  /** The newest report that satisfies the condition. */
  report(what: string, condition: (report: Datagram) => boolean): Promise<Datagram>;
}

/** A proxy within the test's process. */
export interface TestProxy extends ReportingProxy {
  proxy: RunningProxy;
}

/** A proxy as a process of its own, run from the sources as a user runs it. */
export interface ProxyProgram extends ReportingProxy {
  program: Running;
}

/** Starts a proxy that reports every tenth of a second. */
export function startTestProxy(
  mode: Mode,
  flags: ProxyFlags = {},
  deps: Partial<ProxyDeps> = {},
): TestProxy {
  const reports = collectReports();
  const options = proxyOptionsSchema.parse({
    mode,
    listen: "127.0.0.1:0",
    statsAddr: reports.address,
    reportInterval: "0.1",
    drainTimeout: "0",
    ...flags,
  });
  const proxy = startProxy(options, { version: "0.1.0", host: "test", ...deps });
  const { port } = proxy.addr;
  return {
    port,
    address: `127.0.0.1:${port}`,
    proxy,
    reports: reports.all,
    report: reports.find,
    async [Symbol.asyncDispose]() {
      await proxy.stop();
      await reports.close();
    },
  };
}

/** Starts the program as a proxy that reports every tenth of a second and says nothing but warnings. */
export async function startProxyProgram(
  mode: Mode,
  flags: Record<string, string | true> = {},
  env: Record<string, string> = {},
): Promise<ProxyProgram> {
  const reports = collectReports();
  const args = Object.entries<string | true>({
    mode,
    listen: "127.0.0.1:0",
    statsAddr: reports.address,
    reportInterval: "0.1",
    logLevel: "warning",
    ...flags,
  });
  const words = args.map(([name, value]) =>
    value === true ? [flagName(name)] : [flagName(name), value]
  );
  const program = startProgram(words.flat(), env);
  const stop = async () => {
    await program[Symbol.asyncDispose]();
    await reports.close();
  };
  try {
    const { listen_addr: address } = await reports.find("the proxy reports", () => true);
    return {
      port: Number(address.split(":")[1]),
      address,
      program,
      reports: reports.all,
      report: reports.find,
      [Symbol.asyncDispose]: stop,
    };
  } catch (error) {
    await stop();
    throw new Error(`Cannot start the proxy: ${program.stderr}`, { cause: error });
  }
}

/** `statsAddr` → `--stats-addr`. */
function flagName(option: string): string {
  return `--${option.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)}`;
}

/** Takes reports in, as a manager does. */
export function collectReports() {
  const socket = Deno.listenDatagram({ transport: "udp", hostname: "127.0.0.1", port: 0 });
  const all: Datagram[] = [];
  const receiving = receive(socket, all);
  return {
    address: `127.0.0.1:${(socket.addr as Deno.NetAddr).port}`,
    all,
    find: (what: string, condition: (report: Datagram) => boolean) =>
      eventually(what, () => all.findLast(condition)),
    close: async () => {
      socket.close();
      await receiving;
    },
  };
}

async function receive(collector: Deno.DatagramConn, reports: Datagram[]): Promise<void> {
  const buffer = new Uint8Array(65535);
  for (;;) {
    try {
      const [bytes] = await collector.receive(buffer);
      reports.push(datagramSchema.parse(JSON.parse(new TextDecoder().decode(bytes))));
    } catch (error) {
      if (error instanceof Deno.errors.BadResource || error instanceof Deno.errors.Interrupted) {
        return;
      }
      throw error;
    }
  }
}
