import { strict as assert } from "node:assert";
import {
  echoes,
  ends,
  isServed,
  openEcho,
  openEchoes,
  startControlled,
  withWorkers,
} from "../../support/control.ts";
import { eventually } from "../../support/eventually.ts";
import { connectTo, echo, readExactly, send, startTcp } from "../../support/tcp.ts";

withWorkers("drain lets what runs finish, and resume listens on the same port", async (workers) => {
  await using server = startTcp(echo);
  await using proxy = await startControlled(workers, "tcp", { target: server.address });
  const { port } = proxy;
  const conns = await openEchoes(6, port);
  assert.match((await proxy.tell({ command: "drain" })).detail, /^drains/);
  await proxy.report("it says so", ({ state }) => state === "draining");
  assert.equal(await isServed(port), false);
  await proxy.tell({ command: "drain" });
  for (const conn of conns) await echoes(conn);
  assert.equal((await proxy.tell({ command: "resume" })).detail, "listens");
  assert.equal(proxy.port, port);
  const resumed = proxy.reports.length;
  assert.equal(await isServed(port), true);
  await eventually("every thread says that it runs", () => {
    const since = proxy.reports.slice(resumed);
    return since.length > 20 && since.slice(-10).every(({ state }) => state === "running");
  });
  assert.match((await proxy.tell({ command: "resume" })).detail, /it listened already/);
  for (const conn of conns) {
    await echoes(conn);
    conn.close();
  }
});

withWorkers("resume says so where the port is taken meanwhile", async (workers) => {
  await using server = startTcp(echo);
  await using proxy = await startControlled(workers, "tcp", { target: server.address });
  await proxy.tell({ command: "drain" });
  {
    await using taken = startTcp(echo, "127.0.0.1", proxy.port);
    assert.equal(
      await proxy.tellInVain({ command: "resume" }),
      `Cannot listen on tcp ${taken.address}: the port is in use`,
    );
  }
  await proxy.tell({ command: "resume" });
  assert.equal(await isServed(proxy.port), true);
});

withWorkers("pause_accepting lets those that come wait until resume_accepting", async (workers) => {
  await using server = startTcp(echo);
  await using proxy = await startControlled(workers, "tcp", { target: server.address });
  const before = await openEcho(proxy.port);
  await proxy.tell({ command: "pause_accepting" });
  assert.match((await proxy.tell({ command: "pause_accepting" })).detail, /paused already/);
  const waiting = await Promise.all(Array.from({ length: 8 }, () => connectTo(proxy.port)));
  for (const conn of waiting) await send(conn, "ping");
  await echoes(before);
  const count = await proxy.tell({ command: "count_matching", filter: {} });
  assert.equal(count.count, 1);
  await proxy.tell({ command: "resume_accepting" });
  for (const conn of waiting) {
    assert.equal(new TextDecoder().decode(await readExactly(conn, 4)), "ping");
    conn.close();
  }
  assert.match((await proxy.tell({ command: "resume_accepting" })).detail, /not paused/);
  before.close();
});

withWorkers("drain ends a pause, and those that wait with it", async (workers) => {
  await using server = startTcp(echo);
  await using proxy = await startControlled(workers, "tcp", { target: server.address });
  await proxy.tell({ command: "pause_accepting" });
  const waiting = await Promise.all(Array.from({ length: 4 }, () => connectTo(proxy.port)));
  await proxy.tell({ command: "drain" });
  for (const conn of waiting) {
    await ends(conn);
    conn.close();
  }
  assert.match(await proxy.tellInVain({ command: "pause_accepting" }), /does not listen/);
  await proxy.tell({ command: "resume" });
  assert.equal(await isServed(proxy.port), true);
});

withWorkers(
  "stop answers, and lets the program stop the proxy as a signal does",
  async (workers) => {
    await using server = startTcp(echo);
    const told = Promise.withResolvers<void>();
    const onStop = () => told.resolve();
    const flags = { target: server.address, drainTimeout: "30" };
    await using proxy = await startControlled(workers, "tcp", flags, { onStop });
    const conn = await openEcho(proxy.port);
    assert.equal((await proxy.tell({ command: "stop" })).detail, "stops");
    await told.promise;
    const stopped = proxy.proxy.stop();
    assert.equal((await proxy.tell({ command: "count_matching", filter: {} })).count, 1);
    assert.equal(await proxy.tellInVain({ command: "resume" }), "it stops");
    const { error } = await proxy.proxy.apply(proxy.options({ maxConnections: "5" }));
    assert.equal(error, "it stops");
    await echoes(conn);
    conn.close();
    await stopped;
    await proxy.report("it says so", ({ state }) => state === "stopped");
  },
);

Deno.test("stop ends the proxy where no program wants to", async () => {
  await using proxy = await startControlled(1, "http");
  await proxy.tell({ command: "stop" });
  await proxy.report("it has stopped", ({ state }) => state === "stopped");
});
