import { strict as assert } from "node:assert";
import type { Dial } from "../../../proxy/net/dial.ts";
import { Failure } from "../../../proxy/net/failure.ts";
import {
  echoes,
  ends,
  openEcho,
  openEchoes,
  openFrom,
  portOf,
  startControlled,
  withWorkers,
} from "../../support/control.ts";
import { eventually } from "../../support/eventually.ts";
import { headEnds, OK, startOrigin } from "../../support/http.ts";
import { startTestProxy } from "../../support/proxy.ts";
import { startUdpEcho, UdpClient } from "../../support/socks.ts";
import { connectTo, echo, readUntil, send, startTcp } from "../../support/tcp.ts";

withWorkers("close_connection closes the one with this id and no other", async (workers) => {
  await using server = startTcp(echo);
  await using proxy = await startControlled(workers, "tcp", { target: server.address });
  const conns = await openEchoes(6, proxy.port);
  const [one, ...others] = conns;
  const { id } = await proxy.record(portOf(one));
  const result = await proxy.tell({ command: "close_connection", id });
  assert.deepEqual(result, { ok: true, detail: "1 connection closed", count: 1 });
  await ends(one);
  for (const conn of others) await echoes(conn);
  const report = await proxy.report(
    "one has ended",
    ({ total_connections: all, active_connections: active }) => all === 6 && active === 5,
  );
  assert.equal(report.failed_connections, 0);
  const { state, reason } = await proxy.end(portOf(one));
  assert.deepEqual([state, reason], ["closed", "closed_by_operator"]);
  const again = await proxy.tell({ command: "close_connection", id });
  assert.deepEqual(again, { ok: true, detail: `connection ${id} does not run`, count: 0 });
  for (const conn of conns) conn.close();
});

withWorkers("close_matching closes exactly those that count_matching counts", async (workers) => {
  await using server = startTcp(echo);
  await using proxy = await startControlled(workers, "tcp", {
    target: server.address,
    acceptProxy: "127.0.0.1",
  });
  const open = (ip: string) =>
    Promise.all(Array.from({ length: 5 }, () => openFrom(ip, proxy.port)));
  const inside = [...await open("10.1.2.3"), ...await open("10.9.9.9")];
  const outside = [...await open("11.1.2.3"), ...await open("2001:db8::1")];
  const filter = { client: "10.0.0.0/8", target: "127.0.0.1:*", state: "active" } as const;
  const counted = await proxy.tell({ command: "count_matching", filter });
  assert.deepEqual(counted, { ok: true, detail: "10 connections match", count: 10 });
  const none = await proxy.tell({ command: "close_matching", filter: { ...filter, user: "x*" } });
  assert.equal(none.count, 0);
  const closed = await proxy.tell({ command: "close_matching", filter });
  assert.deepEqual(closed, { ok: true, detail: "10 connections closed", count: 10 });
  for (const conn of inside) await ends(conn);
  for (const conn of outside) await echoes(conn);
  const again = await proxy.tell({ command: "close_matching", filter });
  assert.equal(again.count, 0);
  const report = await proxy.report(
    "they have ended",
    (report) => report.active_connections === 10,
  );
  assert.equal(report.failed_connections, 0);
  for (const conn of [...inside, ...outside]) conn.close();
});

withWorkers("close_connection ends an http connection between two requests", async (workers) => {
  await using origin = startOrigin(OK);
  await using proxy = await startControlled(workers, "http");
  using conn = await connectTo(proxy.port);
  await send(conn, `GET http://${origin.address}/ HTTP/1.1\r\nHost: x\r\n\r\n`);
  await readUntil(conn, (text) => headEnds(text) && text.endsWith("ok"));
  const { id, target } = await proxy.record(portOf(conn));
  assert.equal(target, origin.address);
  assert.equal((await proxy.tell({ command: "close_connection", id })).count, 1);
  await ends(conn);
  const report = await proxy.report(
    "it has ended",
    ({ total_connections: all, active_connections: active }) => all === 1 && active === 0,
  );
  assert.equal(report.failed_connections, 0);
});

withWorkers("close_matching drops what waits to be used again for that origin", async (workers) => {
  await using origin = startOrigin(OK);
  await using proxy = await startControlled(workers, "http");
  using conn = await connectTo(proxy.port);
  await send(conn, `GET http://${origin.address}/ HTTP/1.1\r\nHost: x\r\n\r\n`);
  await readUntil(conn, (text) => headEnds(text) && text.endsWith("ok"));
  const [pooled] = origin.accepted;
  await proxy.tell({ command: "close_matching", filter: { target: origin.address } });
  await ends(conn);
  await assert.rejects(echoes(pooled), "the proxy has closed it");
});

withWorkers("close_connection ends a UDP association with its sockets", async (workers) => {
  await using server = startUdpEcho();
  await using proxy = await startControlled(workers, "socks5");
  using client = await UdpClient.open(proxy.port);
  await client.send(server.address, "ping");
  await client.receive();
  const { id } = await proxy.record(portOf(client.control));
  assert.equal((await proxy.tell({ command: "close_connection", id })).count, 1);
  await ends(client.control);
  const { state, reason } = await proxy.end(portOf(client.control));
  assert.deepEqual([state, reason], ["closed", "closed_by_operator"]);
});

Deno.test("close_matching ends a dial that is under way", async () => {
  const dial: Dial = (_, waiter) =>
    new Promise((_, reject) => waiter.cancel = () => reject(new Failure("client_gone")));
  await using proxy = startTestProxy("tcp", { target: "192.0.2.1:9" }, { dial });
  using conn = await connectTo(proxy.port);
  const filter = { state: "connecting" } as const;
  await eventually("it is being connected", async () => {
    return (await proxy.proxy.execute({ command: "count_matching", filter })).count === 1;
  });
  const result = await proxy.proxy.execute({ command: "close_matching", filter });
  assert.equal(result.count, 1);
  await ends(conn);
  const report = await proxy.report(
    "it has ended",
    ({ total_connections: all, active_connections: active }) => all === 1 && active === 0,
  );
  assert.deepEqual([report.total_connections, report.failed_connections], [1, 0]);
});

withWorkers("close_matching with an empty filter closes all", async (workers) => {
  await using server = startTcp(echo);
  await using proxy = await startControlled(workers, "tcp", { target: server.address });
  const conns = await openEchoes(20, proxy.port);
  assert.equal((await proxy.tell({ command: "close_matching", filter: {} })).count, 20);
  for (const conn of conns) {
    await ends(conn);
    conn.close();
  }
  (await openEcho(proxy.port)).close();
});
