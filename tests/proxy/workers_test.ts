import { strict as assert } from "node:assert";
import { startProxyThreads } from "../../proxy/mod.ts";
import { ListenError } from "../../proxy/net/address.ts";
import { proxyOptionsSchema } from "../../proxy/options.ts";
import type { Datagram } from "../../proxy/stats/report.ts";
import { eventually } from "../support/eventually.ts";
import { collectReports } from "../support/proxy.ts";
import { connectTo, echo, readAll, readExactly, send, startTcp } from "../support/tcp.ts";

const WORKER = new URL("../../worker.ts", import.meta.url);
const DYING = new URL("../support/dying_worker.ts", import.meta.url);
const NAMING = { version: "0.1.0", host: "test" };
const SETUP = { level: "error", format: "json" };
/** Elsewhere the system does not balance, and one worker does it all. */
const ignore = Deno.build.os !== "linux";
if (ignore) console.log("Tests of several workers are skipped: they need Linux");

interface Threads {
  port: number;
  reports: Datagram[];
  report(what: string, condition: (report: Datagram) => boolean): Promise<Datagram>;
  stop(): Promise<void>;
}

/** Runs with a tcp proxy of three workers in front of an echo server. */
async function withThreads(url: URL, run: (threads: Threads) => Promise<void>): Promise<void> {
  await using server = startTcp(echo);
  const collected = collectReports();
  const proxy = await startProxyThreads(
    proxyOptionsSchema.parse({
      mode: "tcp",
      listen: "127.0.0.1:0",
      target: server.address,
      statsAddr: collected.address,
      reportInterval: "0.1",
      drainTimeout: "0",
      workers: "3",
      maxConnections: "3000",
      acceptRate: "600",
    }),
    NAMING,
    { url, setup: SETUP },
  );
  try {
    const { all: reports, find: report } = collected;
    await run({ port: proxy.addr.port, reports, report, stop: () => proxy.stop() });
  } finally {
    await proxy.stop();
    await collected.close();
  }
}

async function open(port: number): Promise<Deno.TcpConn> {
  const conn = await connectTo(port);
  await send(conn, "x");
  await readExactly(conn, 1);
  return conn;
}

Deno.test({
  name: "startProxyThreads reports the limits of the whole proxy",
  ignore,
  fn: () =>
    withThreads(WORKER, async ({ reports, report }) => {
      const told = await report("limits", (it) => it.kind === "detail" && it.limits !== undefined);
      assert.ok(told.kind === "detail");
      assert.deepEqual([told.limits?.max_connections, told.limits?.accept_rate], [3000, 600]);
      const others = reports.filter((it) => it.kind === "detail" && it.limits !== undefined);
      for (const it of others) {
        assert.deepEqual(it.kind === "detail" && it.limits, told.limits, "no worker tells its own");
      }
    }),
});

function records(reports: Datagram[]) {
  return reports.flatMap((report) => report.kind === "connections" ? report.connections : []);
}

Deno.test({ name: "Workers share a port and report as one proxy", ignore }, async () => {
  await withThreads(WORKER, async ({ port, reports, report, stop }) => {
    const conns = await Promise.all(Array.from({ length: 60 }, () => open(port)));
    const busy = await report("all are active", (report) => report.active_connections === 60);
    assert.equal(busy.total_connections, 60);
    await eventually("all are reported", () => {
      return new Set(records(reports).map(([id]) => id)).size === 60;
    });
    const slots = new Set(records(reports).map(([id]) => id % 1024));
    assert.equal(slots.size, 3, "every worker has accepted some");
    for (const conn of conns) {
      await conn.closeWrite();
      await readAll(conn);
      conn.close();
    }
    await report("none is active", (report) => report.active_connections === 0);
    await stop();
    const last = await report("the stop is reported", ({ state }) => state === "stopped");
    assert.equal(last.total_connections, 60);
    assert.equal(last.total_bytes_sent, 60);
    assert.equal(last.total_bytes_received, 60);
    await eventually("it is said three times", () => {
      return reports.filter(({ state }) => state === "stopped").length >= 3;
    });
    const inOrder = reports.toSorted((a, b) => a.seq - b.seq);
    assert.deepEqual(inOrder.map(({ seq }) => seq), Array.from(inOrder, (_, i) => i));
    const sent = inOrder.map((report) => report.total_bytes_sent);
    assert.deepEqual(sent, sent.toSorted((a, b) => a - b), "totals run backwards");
    const stops = inOrder.filter(({ state }) => state === "stopped");
    assert.deepEqual(stops, inOrder.slice(-stops.length), "only the last ones say stopped");
    assert.ok(stops.every((report) => report.total_bytes_sent === 60));
    assert.equal(new Set(reports.map((report) => report.boot_id)).size, 1);
  });
});

Deno.test(
  { name: "Workers name the port that is taken and leave nothing running", ignore },
  async () => {
    await using taken = startTcp(echo);
    const options = proxyOptionsSchema.parse({
      mode: "http",
      listen: taken.address,
      workers: "2",
    });
    await assert.rejects(
      startProxyThreads(options, NAMING, { url: WORKER, setup: SETUP }),
      (error) => {
        assert.ok(error instanceof ListenError);
        assert.equal(error.message, `Cannot listen on tcp ${taken.address}: the port is in use`);
        return true;
      },
    );
  },
);

Deno.test({
  name: "Workers that die are replaced, and their connections are accounted as failed",
  ignore,
}, async () => {
  await withThreads(DYING, async ({ port, reports, report }) => {
    const conns = await Promise.all(Array.from({ length: 30 }, () => open(port)));
    await report("all are active", (report) => report.active_connections === 30);
    const channel = new BroadcastChannel("die");
    channel.postMessage("die");
    channel.close();
    const after = await report(
      "the loss is reported",
      (report) => report.kind === "detail" && report.reasons.worker_died === 30,
    );
    assert.equal(after.failed_connections, 30);
    assert.equal(after.active_connections, 0);
    for (const conn of conns) {
      assert.equal(await conn.read(new Uint8Array(1)).catch(() => null), null);
      conn.close();
    }
    const again = await eventually("new workers accept", () => open(port));
    again.close();
    const later = await report(
      "new connections are counted on",
      (report) => report.total_connections > 30 && report.active_connections === 0,
    );
    assert.equal(later.failed_connections, 30);
    assert.equal(new Set(reports.map((report) => report.boot_id)).size, 1);
  });
});

Deno.test("proxyOptionsSchema takes --workers as a number or one a core", () => {
  assert.equal(proxyOptionsSchema.parse({ mode: "http", workers: "4" }).workers, 4);
  const auto = Math.min(64, navigator.hardwareConcurrency);
  assert.equal(proxyOptionsSchema.parse({ mode: "http", workers: "auto" }).workers, auto);
});
