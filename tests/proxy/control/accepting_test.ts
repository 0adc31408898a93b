import { strict as assert } from "node:assert";
import {
  type ControlledProxy,
  echoes,
  ends,
  isServed,
  openEcho,
  openEchoes,
  startControlled,
  withWorkers,
} from "../../support/control.ts";
import { eventually, within } from "../../support/eventually.ts";
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

withWorkers("Orders follow each other, however close they come", async (workers) => {
  await using server = startTcp(echo);
  await using proxy = await startControlled(workers, "tcp", { target: server.address });
  const conn = await openEcho(proxy.port);
  const orders = ["drain", "resume", "pause_accepting", "drain", "resume"] as const;
  const told = orders.map((command) => proxy.tell({ command }));
  const limited = proxy.tell({ command: "set_limits", max_connections: 100 });
  const results = await within("all are answered", Promise.all([...told, limited]));
  assert.deepEqual(
    results.map(({ detail }) => detail.split(/[:;]/, 1)[0]),
    ["drains", "listens", "takes no connection", "drains", "listens", "limits set"],
  );
  await echoes(conn);
  conn.close();
  assert.equal(await isServed(proxy.port), true);
  const { shown } = await proxy.tell({ command: "show" });
  assert.deepEqual([shown?.accepting, shown?.limits.max_connections], ["yes", 100]);
});

withWorkers(
  "Another port is listened on as the one before: held, or not at all",
  async (workers) => {
    await using server = startTcp(echo);
    await using proxy = await startControlled(workers, "tcp", { target: server.address });
    const accepting = async () => (await proxy.tell({ command: "show" })).shown?.accepting;
    const move = async () => {
      const before = proxy.port;
      const listen = `127.0.0.1:${freePort()}`;
      const { error } = await proxy.proxy.apply(proxy.options({ listen }));
      assert.equal(error, undefined);
      assert.notEqual(proxy.port, before);
    };
    await proxy.tell({ command: "pause_accepting" });
    await move();
    assert.equal(await accepting(), "paused");
    using waiting = await connectTo(proxy.port);
    await send(waiting, "ping");
    await echoesNothing(proxy);
    await proxy.tell({ command: "resume_accepting" });
    assert.equal(new TextDecoder().decode(await readExactly(waiting, 4)), "ping");
    await proxy.tell({ command: "drain" });
    await move();
    assert.equal(await accepting(), "drained");
    assert.equal(await isServed(proxy.port), false);
    await proxy.tell({ command: "resume" });
    assert.equal(await isServed(proxy.port), true);
  },
);

/** Nothing of what waits has been taken for a connection of the proxy. */
async function echoesNothing(proxy: ControlledProxy): Promise<void> {
  const { count } = await proxy.tell({ command: "count_matching", filter: {} });
  assert.equal(count, 0);
}

/** A port that was free a moment ago. */
function freePort(): number {
  using listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  return (listener.addr as Deno.NetAddr).port;
}
