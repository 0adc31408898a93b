import type { z } from "zod";
import { type Mode, proxyOptionsSchema } from "../../proxy/options.ts";
import { type ProxyDeps, type RunningProxy, startProxy } from "../../proxy/mod.ts";
import { type Datagram, datagramSchema } from "../../proxy/stats/report.ts";
import { eventually } from "./eventually.ts";

/** Flags by their names in the schema, as the command line gives them. */
export type ProxyFlags = Omit<z.input<typeof proxyOptionsSchema>, "mode">;

/** A proxy on a free loopback port that reports to the test; leaving its scope stops it. */
export interface TestProxy extends AsyncDisposable {
  port: number;
  address: string;
  proxy: RunningProxy;
  /** Every report so far. */
  reports: Datagram[];
  /** The newest report that satisfies the condition. */
  report(what: string, condition: (report: Datagram) => boolean): Promise<Datagram>;
}

/** Starts a proxy that reports every tenth of a second. */
export function startTestProxy(
  mode: Mode,
  flags: ProxyFlags = {},
  deps: Partial<ProxyDeps> = {},
): TestProxy {
  const collected = collectReports();
  const { reports } = collected;
  const options = proxyOptionsSchema.parse({
    mode,
    listen: "127.0.0.1:0",
    statsAddr: collected.address,
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
    reports,
    report: (what, condition) => eventually(what, () => reports.findLast(condition)),
    async [Symbol.asyncDispose]() {
      await proxy.stop();
      await collected[Symbol.asyncDispose]();
    },
  };
}

/** Takes reports in, as a manager does; leaving its scope ends it. */
export function collectReports(): AsyncDisposable & { address: string; reports: Datagram[] } {
  const collector = Deno.listenDatagram({ transport: "udp", hostname: "127.0.0.1", port: 0 });
  const reports: Datagram[] = [];
  const receiving = receive(collector, reports);
  return {
    address: `127.0.0.1:${(collector.addr as Deno.NetAddr).port}`,
    reports,
    async [Symbol.asyncDispose]() {
      collector.close();
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
