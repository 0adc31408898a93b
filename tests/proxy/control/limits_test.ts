import { strict as assert } from "node:assert";
import {
  echoes,
  isServed,
  openEcho,
  openEchoes,
  openFrom,
  portOf,
  startControlled,
  withWorkers,
} from "../../support/control.ts";
import type { Mode } from "../../../proxy/options.ts";
import { eventually, within } from "../../support/eventually.ts";
import { headEnds } from "../../support/http.ts";
import { connectTo, echo, readExactly, readUntil, send, startTcp } from "../../support/tcp.ts";
import { flagsFor, openTunnel } from "../../support/tunnel.ts";

/** Tries so many, and keeps those that are served. */
async function served(n: number, open: () => Promise<Deno.TcpConn>): Promise<Deno.TcpConn[]> {
  const conns: Deno.TcpConn[] = [];
  for (let i = 0; i < n; i++) await open().then((conn) => conns.push(conn), () => {});
  return conns;
}

function closeAll(conns: readonly Deno.TcpConn[]): void {
  for (const conn of conns) conn.close();
}

withWorkers("set_limits max_connections holds for new ones, and null lifts it", async (workers) => {
  await using server = startTcp(echo);
  await using proxy = await startControlled(workers, "tcp", { target: server.address });
  const before = await openEchoes(10, proxy.port);
  assert.equal(
    (await proxy.tell({ command: "set_limits", max_connections: 2 })).detail,
    "limits set",
  );
  const again = await proxy.tell({ command: "set_limits", max_connections: 2 });
  assert.equal(again.detail, "limits set; as it was before");
  const open = () => openEcho(proxy.port);
  // With two threads one of them may have had none of the ten, hardly ever.
  assert.ok((await served(10, open)).length <= 1);
  for (const conn of before) await echoes(conn);
  await proxy.tell({ command: "set_limits", max_connections: null });
  const after = await served(10, open);
  assert.equal(after.length, 10);
  closeAll([...before, ...after]);
});

Deno.test("set_limits max_connections_per_client counts those that run already", async () => {
  await using server = startTcp(echo);
  await using proxy = await startControlled(1, "tcp", {
    target: server.address,
    acceptProxy: "127.0.0.1",
  });
  const from = (ip: string) => () => openFrom(ip, proxy.port);
  const one = await served(3, from("10.0.0.1"));
  await proxy.tell({ command: "set_limits", max_connections_per_client: 4 });
  const more = await served(3, from("10.0.0.1"));
  assert.equal(more.length, 1);
  const other = await served(5, from("10.0.0.2"));
  assert.equal(other.length, 4);
  await proxy.tell({ command: "set_limits", max_connections_per_client: 2 });
  for (const conn of one) await echoes(conn);
  closeAll([...one, ...more]);
  await eventually("they are forgotten", async () => {
    return (await proxy.tell({ command: "count_matching", filter: { client: "10.0.0.1" } }))
      .count === 0;
  });
  const again = await served(3, from("10.0.0.1"));
  assert.equal(again.length, 2);
  await proxy.tell({ command: "set_limits", max_connections_per_client: null });
  const last = await served(3, from("10.0.0.1"));
  assert.equal(last.length, 3);
  closeAll([...other, ...again, ...last]);
});

withWorkers("set_limits accept_rate refuses, and lifted lets in", async (workers) => {
  await using server = startTcp(echo);
  await using proxy = await startControlled(workers, "tcp", { target: server.address });
  await proxy.tell({ command: "set_limits", accept_rate: 1 });
  await eventually("one too many is refused", async () => !await isServed(proxy.port));
  await proxy.report("it is counted", (report) => {
    return report.kind === "detail" && report.reasons.accept_rate > 0;
  });
  await proxy.tell({ command: "set_limits", accept_rate: null });
  for (let i = 0; i < 5; i++) assert.equal(await isServed(proxy.port), true);
});

withWorkers("set_limits idle_timeout closes what idles already", async (workers) => {
  await using server = startTcp(echo);
  await using proxy = await startControlled(workers, "tcp", { target: server.address });
  using conn = await openEcho(proxy.port);
  await proxy.tell({ command: "set_limits", idle_timeout: 0.5 });
  assert.equal((await proxy.end(portOf(conn))).reason, "idle_timeout");
  await proxy.tell({ command: "set_limits", idle_timeout: null });
  using other = await openEcho(proxy.port);
  await echoes(other);
});

const SIZE = 32 << 20;

/** Sends so much as soon as it is asked, as an answer to a request of HTTP if it is one. */
async function pour(conn: Deno.TcpConn): Promise<void> {
  const asked = await readUntil(conn, (text) => text === "go" || headEnds(text));
  const head = `HTTP/1.1 200 OK\r\nContent-Length: ${SIZE}\r\n\r\n`;
  if (asked !== "go") await send(conn, head);
  const chunk = new Uint8Array(1 << 16).fill(7);
  for (let sent = 0; sent < SIZE; sent += chunk.length) await send(conn, chunk);
}

const WAYS: [name: string, mode: Mode, ask: (address: string) => string][] = [
  ["a tcp connection", "tcp", () => "go"],
  ["a tunnel", "http", () => "go"],
  ["a response", "http", (address) => `GET http://${address}/ HTTP/1.1\r\nHost: x\r\n\r\n`],
  ["a socks5 connection", "socks5", () => "go"],
];
for (const [name, mode, ask] of WAYS) {
  withWorkers(
    `set_limits bandwidth slows ${name} that runs, and lets it go again`,
    async (workers) => {
      await using server = startTcp(pour);
      await using proxy = await startControlled(workers, mode, flagsFor(mode, server.address));
      const request = ask(server.address);
      const isTunnel = request === "go";
      using conn = await (isTunnel ? openTunnel(mode, proxy, server.port) : connectTo(proxy.port));
      await send(conn, request);
      await readExactly(conn, 1 << 16);
      let got = 1 << 16;
      // At this rate the rest would take a day.
      await proxy.tell({ command: "set_limits", bandwidth_per_connection: 1000 });
      const rest = (async () => {
        const buffer = new Uint8Array(1 << 20);
        for (let n: number | null; got < SIZE; got += n) {
          if ((n = await conn.read(buffer)) === null) break;
        }
      })();
      const stalls = () =>
        eventually("it stalls", async () => {
          const before = got;
          await new Promise((resolve) => setTimeout(resolve, 200));
          return got - before < 10_000 && got < SIZE;
        });
      await stalls();
      await proxy.tell({ command: "set_limits", bandwidth_per_connection: null, bandwidth: 2000 });
      await stalls();
      await proxy.tell({ command: "set_limits", bandwidth: null });
      await within("the rest comes", rest);
      assert.ok(got >= SIZE);
    },
  );
}
