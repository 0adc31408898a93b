import { strict as assert } from "node:assert";
import { createHash } from "node:crypto";
import {
  type ControlledProxy,
  echoes,
  openEcho,
  startControlled,
  withWorkers,
} from "../../support/control.ts";
import { within } from "../../support/eventually.ts";
import { ALL_USERS, TempFile } from "../../support/htpasswd.ts";
import type { ProxyFlags } from "../../support/proxy.ts";
import { closedPort, echo, send, startTcp } from "../../support/tcp.ts";
import { openTunnel } from "../../support/tunnel.ts";
import type { Mode } from "../../../proxy/options.ts";

const CONNECTIONS = 1000;
const APPLIES = 100;
const CHUNK = 2048;
const PAUSE_MS = 1500;

/** Sends random bytes through an echo server until it is told to end, and checks that just those come back. */
class Transfer {
  readonly done: Promise<void>;
  #ending = false;
  rounds = 0;

  constructor(readonly conn: Deno.Conn) {
    this.done = this.#run();
    this.done.catch(() => {});
  }

  end(): void {
    this.#ending = true;
  }

  async #run(): Promise<void> {
    const [sent, came] = [createHash("sha256"), createHash("sha256")];
    const buffer = new Uint8Array(CHUNK);
    while (!this.#ending) {
      const bytes = crypto.getRandomValues(new Uint8Array(CHUNK));
      sent.update(bytes);
      await send(this.conn, bytes);
      for (let have = 0; have < CHUNK;) {
        const n = await this.conn.read(buffer);
        assert.ok(n !== null, "the connection was dropped");
        came.update(buffer.subarray(0, n));
        have += n;
      }
      this.rounds++;
      // All of them at once would leave no time for what is tested.
      await new Promise((resolve) => setTimeout(resolve, PAUSE_MS * Math.random()));
    }
    assert.equal(came.digest("hex"), sent.digest("hex"));
  }
}

/** Waits until each has gone on. */
async function nextRound(transfers: readonly Transfer[]): Promise<void> {
  const before = transfers.map(({ rounds }) => rounds);
  for (const [i, transfer] of transfers.entries()) {
    while (transfer.rounds <= before[i]) {
      await Promise.race([new Promise((resolve) => setTimeout(resolve, 5)), transfer.done]);
    }
  }
}

async function prove(proxy: ControlledProxy, mode: Mode, target: number, sets: ProxyFlags[]) {
  const conns: Deno.Conn[] = [];
  const open = async () => {
    const conn = await openTunnel(mode, proxy, target);
    // Before that it may wait to be accepted yet, and be refused by other options.
    await echoes(conn);
    conns.push(conn);
  };
  while (conns.length < CONNECTIONS) await Promise.all(Array.from({ length: 50 }, open));
  const transfers = conns.map((conn) => new Transfer(conn));
  for (let i = 0; i < APPLIES; i++) {
    const { applied, error } = await proxy.proxy.apply(proxy.options(sets[i % sets.length]));
    assert.equal(error, undefined);
    assert.notDeepEqual(applied, []);
  }
  const { count } = await proxy.tell({ command: "count_matching", filter: {} });
  assert.equal(count, CONNECTIONS);
  await nextRound(transfers);
  for (const transfer of transfers) transfer.end();
  await within("all end", Promise.all(transfers.map(({ done }) => done)), 60_000);
  for (const { conn } of transfers) conn.close();
  const last = await proxy.report("all have ended", (report) => {
    return report.total_connections === CONNECTIONS && report.active_connections === 0;
  });
  assert.equal(last.failed_connections, 0);
  const passed = transfers.reduce((sum, { rounds }) => sum + rounds * CHUNK, 0);
  await proxy.report("every byte is counted", (report) => report.total_bytes_sent >= passed);
}

withWorkers(
  `apply ${APPLIES} times drops and corrupts none of ${CONNECTIONS} connections in transfer`,
  async (workers) => {
    await using server = startTcp(echo);
    await using other = startTcp(echo);
    await using proxy = await startControlled(workers, "tcp", { target: server.address });
    await prove(proxy, "tcp", server.port, [
      {
        listen: `127.0.0.1:${closedPort()}`,
        target: other.address,
        lb: "leastconn",
        healthcheck: "tcp",
        maxConnections: "10",
        maxConnectionsPerClient: "1",
        access: ["--deny 127.0.0.1"],
        drainTimeout: "1",
        reportInterval: "0.2",
      },
      { listen: `127.0.0.1:${closedPort()}`, bandwidth: "100M", bandwidthPerConnection: "1M" },
    ]);
  },
);

Deno.test(`apply ${APPLIES} times drops and corrupts none of ${CONNECTIONS} tunnels with users`, async () => {
  await using server = startTcp(echo);
  await using users = new TempFile(ALL_USERS);
  await using proxy = await startControlled(1, "http");
  await prove(proxy, "http", server.port, [
    { auth: "ann:secret", authFile: users.path, forwarded: true, connectTimeout: "5" },
    { maxConnections: "10" },
  ]);
});

withWorkers("apply refuses no connection of those that come meanwhile", async (workers) => {
  await using a = startTcp(echo);
  await using b = startTcp(echo);
  await using proxy = await startControlled(workers, "tcp", { target: a.address });
  let over = false;
  let served = 0;
  const knock = async () => {
    while (!over) {
      (await openEcho(proxy.port)).close();
      served++;
    }
  };
  const knocking = Promise.all(Array.from({ length: 8 }, knock));
  for (let i = 0; i < APPLIES || served < APPLIES; i++) {
    const flags = i % 2 ? {} : { target: b.address, maxConnectionsPerClient: "5000", retries: "0" };
    const { error } = await Promise.race([
      proxy.proxy.apply(proxy.options(flags)),
      // Only a failure ends it before its time.
      knocking.then(() => assert.fail("it is over too soon")),
    ]);
    assert.equal(error, undefined);
    await new Promise((resolve) => setTimeout(resolve));
  }
  over = true;
  await knocking;
  assert.ok(served >= APPLIES);
});
