import { strict as assert } from "node:assert";
import {
  echoes,
  ends,
  isServed,
  openEcho,
  openFrom,
  portOf,
  startControlled,
  withWorkers,
} from "../../support/control.ts";
import { eventually } from "../../support/eventually.ts";
import { OK, startOrigin } from "../../support/http.ts";
import { startUdpEcho, UdpClient } from "../../support/socks.ts";
import { connectTo, echo, readUntil, send, startTcp } from "../../support/tcp.ts";
import { openTunnel } from "../../support/tunnel.ts";

withWorkers("set_access holds for new clients, and with close for all", async (workers) => {
  await using server = startTcp(echo);
  await using proxy = await startControlled(workers, "tcp", { target: server.address });
  const one = await openEcho(proxy.port);
  const rules = ["--deny 127.0.0.1"];
  assert.deepEqual(await proxy.tell({ command: "set_access", rules }), {
    ok: true,
    detail: "1 rule set",
  });
  assert.equal(await isServed(proxy.port), false);
  await echoes(one);
  const closed = await proxy.tell({ command: "set_access", rules, close: true });
  assert.equal(closed.count, 1);
  await ends(one);
  const { state, reason } = await proxy.end(portOf(one));
  assert.deepEqual([state, reason], ["closed", "closed_by_operator"]);
  await proxy.tell({ command: "set_access", rules: [] });
  assert.equal(await isServed(proxy.port), true);
  one.close();
});

withWorkers(
  "set_access about targets holds for the next request of a connection too",
  async (workers) => {
    await using origin = startOrigin(OK);
    await using proxy = await startControlled(workers, "http");
    using conn = await connectTo(proxy.port);
    const get = async (isWhole: (text: string) => boolean) => {
      await send(conn, `GET http://${origin.address}/ HTTP/1.1\r\nHost: x\r\n\r\n`);
      return await readUntil(conn, isWhole);
    };
    assert.match(await get((text) => text.endsWith("ok")), /200 OK/);
    await proxy.tell({ command: "set_access", rules: ["--deny-target 127.0.0.1"] });
    assert.match(await get((text) => text.includes("403")), /^HTTP\/1.1 403/);
  },
);

for (const mode of ["http", "socks5"] as const) {
  withWorkers(
    `set_access with close ends the ${mode} tunnels to what is denied`,
    async (workers) => {
      await using one = startTcp(echo);
      await using other = startTcp(echo);
      await using proxy = await startControlled(workers, mode);
      const denied = await openTunnel(mode, proxy, one.port);
      const allowed = await openTunnel(mode, proxy, other.port);
      await echoes(denied);
      await echoes(allowed);
      const rules = [`--deny-target 127.0.0.1:${one.port}`];
      const { count } = await proxy.tell({ command: "set_access", rules, close: true });
      assert.equal(count, 1);
      await ends(denied);
      await echoes(allowed);
      await assert.rejects(openTunnel(mode, proxy, one.port).then(echoes));
      denied.close();
      allowed.close();
    },
  );
}

Deno.test("set_access with close ends a UDP association to what is denied", async () => {
  await using server = startUdpEcho();
  await using proxy = await startControlled(1, "socks5");
  using client = await UdpClient.open(proxy.port);
  await client.send(server.address, "ping");
  await client.receive();
  const rules = ["--deny-target 127.0.0.1"];
  assert.equal((await proxy.tell({ command: "set_access", rules, close: true })).count, 1);
  await ends(client.control);
});

Deno.test("set_access refuses rules about targets where there is only one", async () => {
  await using server = startTcp(echo);
  await using proxy = await startControlled(1, "tcp", { target: server.address });
  const why = await proxy.tellInVain({ command: "set_access", rules: ["--deny-target *.test"] });
  assert.match(why, /--deny-target is for --mode http and --mode socks5/);
});

withWorkers(
  "block_client closes its connections and takes no others until its time is over",
  async (workers) => {
    await using server = startTcp(echo);
    await using proxy = await startControlled(workers, "tcp", {
      target: server.address,
      acceptProxy: "127.0.0.1",
    });
    const one = await openFrom("10.0.0.7", proxy.port);
    const other = await openFrom("10.0.1.7", proxy.port);
    const blocked = await proxy.tell({ command: "block_client", ip: "10.0.0.0/24", seconds: 3600 });
    assert.deepEqual(blocked, {
      ok: true,
      detail: "10.0.0.0/24 blocked for 3600 s; 1 connection closed",
      count: 1,
    });
    await ends(one);
    await echoes(other);
    const { state, reason } = await proxy.end(portOf(one));
    assert.deepEqual([state, reason], ["closed", "client_blocked"]);
    await assert.rejects(openFrom("10.0.0.8", proxy.port));
    (await openFrom("10.0.1.8", proxy.port)).close();
    await proxy.tell({ command: "block_client", ip: "10.0.0.0/24", seconds: 1 });
    const again = await eventually("its time is over", () => openFrom("10.0.0.8", proxy.port));
    again.close();
    one.close();
    other.close();
  },
);

withWorkers("unblock_client lets a client in again, however it is written", async (workers) => {
  await using server = startTcp(echo);
  await using proxy = await startControlled(workers, "tcp", { target: server.address });
  await proxy.tell({ command: "block_client", ip: "::ffff:127.0.0.1", seconds: 3600 });
  assert.equal(await isServed(proxy.port), false);
  const report = await proxy.report("it is counted", (report) => {
    return report.kind === "detail" && report.reasons.client_blocked > 0;
  });
  assert.equal(report.total_connections, 0);
  assert.equal(
    (await proxy.tell({ command: "unblock_client", ip: "127.0.0.1/32" })).detail,
    "127.0.0.1/32 not blocked",
  );
  assert.equal(await isServed(proxy.port), true);
  const again = await proxy.tell({ command: "unblock_client", ip: "127.0.0.1" });
  assert.match(again.detail, /it was not blocked/);
});

withWorkers("block_client and set_access hold for a client that is told later", async (workers) => {
  await using server = startTcp(echo);
  await using proxy = await startControlled(workers, "tcp", {
    ...{ target: server.address, acceptProxy: "127.0.0.1" },
  });
  const waiting = await Promise.all(Array.from({ length: 4 }, () => connectTo(proxy.port)));
  await eventually("all have been taken", async () => {
    return (await proxy.tell({ command: "count_matching", filter: {} })).count === 4;
  });
  await proxy.tell({ command: "block_client", ip: "10.0.0.1", seconds: 3600 });
  await proxy.tell({ command: "set_access", rules: ["--deny 10.0.0.2"] });
  const clients = ["10.0.0.1", "10.0.0.2", "10.0.0.1", "10.0.0.3"];
  for (const [i, conn] of waiting.entries()) {
    await send(conn, `PROXY TCP4 ${clients[i]} 10.9.9.9 ${portOf(conn)} 1\r\n`);
    if (clients[i] === "10.0.0.3") await echoes(conn);
    else await ends(conn);
    conn.close();
  }
  await proxy.report("they are counted", (report) => {
    if (report.kind !== "detail") return false;
    const { client_blocked, client_denied } = report.reasons;
    return client_blocked === 2 && client_denied === 1;
  });
});
