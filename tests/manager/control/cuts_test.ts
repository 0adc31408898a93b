/** Orders over connections that break, and managers that come and go. */
import { strict as assert } from "node:assert";
import { OTHER_KEY, startControlManager, startFakeProxy } from "../../support/control_channel.ts";
import { joinAsProxy } from "../../support/control_wire.ts";
import { startCutter } from "../../support/cutter.ts";
import { eventually } from "../../support/eventually.ts";

const DONE = { ok: true, detail: "done" };
const drain = (id: string, proxies: unknown = ["edge-1"]) => ({ order_id: id, proxies });

/** The outcomes of an order, in the order of its proxies. */
async function outcomes(
  manager: Awaited<ReturnType<typeof startControlManager>>,
  body: Record<string, unknown>,
): Promise<string[]> {
  const reply = await manager.order("drain", { timeout: 10, ...body });
  assert.equal(reply.status, 200, JSON.stringify(reply.body));
  return reply.body.results.map(({ outcome }: { outcome: string }) => outcome);
}

Deno.test("An order whose way there is cut is given again, and done once", async () => {
  await using manager = await startControlManager();
  await using wire = startCutter(manager.port);
  await using proxy = startFakeProxy(wire.port);
  await manager.connected("edge-1");
  let cuts = 0;
  // The first two times the order does not arrive.
  wire.onBytes = (_, way) => way === "up" || ++cuts > 2 || proxy.told.length > 0;
  assert.deepEqual(await outcomes(manager, drain("a")), ["done"]);
  assert.equal(proxy.told.length, 1);
  assert.ok(wire.taken >= 2);
});

Deno.test("An order whose answer is cut off is answered over the next connection, and done once", async () => {
  await using manager = await startControlManager();
  await using wire = startCutter(manager.port);
  const held = Promise.withResolvers<void>();
  await using proxy = startFakeProxy(wire.port, {
    execute: async () => {
      await held.promise;
      return DONE;
    },
  });
  await manager.connected("edge-1");
  const ordered = outcomes(manager, drain("b"));
  await eventually("it is told", () => proxy.told.length === 1);
  for (const n of [2, 3]) {
    wire.cut();
    await eventually("it is back", () => wire.taken >= n && proxy.client.isConnected);
  }
  held.resolve();
  assert.deepEqual(await ordered, ["done"]);
  assert.equal(proxy.told.length, 1);
});

Deno.test("An order is done once at most over a wire that is cut all the time", async () => {
  await using manager = await startControlManager();
  await using wire = startCutter(manager.port);
  await using proxy = startFakeProxy(wire.port, { timing: { retry: 5, maxRetry: 20 } });
  let seed = 12345;
  const chance = () => (seed = (seed * 1103515245 + 12345) % 2 ** 31) / 2 ** 31;
  wire.onBytes = () => chance() > 0.2;
  for (let i = 0; i < 20; i++) {
    let [outcome] = await outcomes(manager, { ...drain(`lossy-${i}`), timeout: 2 });
    for (; outcome !== "done";) {
      assert.ok(outcome === "timeout" || outcome === "not_connected", outcome);
      [outcome] = await outcomes(manager, { ...drain(`lossy-${i}`), timeout: 2 });
    }
    assert.equal(proxy.told.length, i + 1);
  }
  assert.ok(wire.taken > 3, "it was cut");
});

Deno.test("An order outlives no manager, and is not done again by the next one", async () => {
  await using wire = startCutter(0);
  const held = Promise.withResolvers<void>();
  await using proxy = startFakeProxy(wire.port, {
    execute: async () => {
      await held.promise;
      return DONE;
    },
  });
  {
    await using first = await startControlManager();
    wire.target = first.port;
    await first.connected("edge-1");
    const ordered = first.order("drain", drain("c"));
    await eventually("it is told", () => proxy.told.length === 1);
    await first.stop();
    const { body } = await ordered;
    assert.equal(body.results[0].outcome, "timeout");
    assert.match(body.results[0].detail, /the manager stopped before the answer came/);
  }
  await using second = await startControlManager();
  wire.target = second.port;
  await second.connected("edge-1");
  held.resolve();
  assert.deepEqual(await outcomes(second, drain("c")), ["done"]);
  assert.equal(proxy.told.length, 1);
});

Deno.test("An order is not given to a proxy that has restarted since it was told", async () => {
  await using manager = await startControlManager();
  const before = await joinAsProxy(manager.port, { boot_id: "11".repeat(16) });
  const ordered = outcomes(manager, drain("d"));
  assert.equal((await before.next()).id, "d");
  before.close();
  await using proxy = startFakeProxy(manager.port, { bootId: "22".repeat(16) });
  assert.deepEqual(await ordered, ["timeout"]);
  assert.deepEqual(await outcomes(manager, drain("d")), ["timeout"], "nor by a repeat");
  assert.deepEqual(proxy.told, []);
  assert.deepEqual(await outcomes(manager, drain("e")), ["done"]);
});

Deno.test("A repeated order brings the first one's outcome; another under its id is refused", async () => {
  await using manager = await startControlManager();
  await using proxy = startFakeProxy(manager.port);
  await manager.connected("edge-1");
  const all = await Promise.all([1, 2, 3].map(() => outcomes(manager, drain("f"))));
  assert.deepEqual(all, [["done"], ["done"], ["done"]]);
  assert.deepEqual(await outcomes(manager, drain("f", ["edge-1", "edge-9"])), [
    ...["done", "not_connected"],
  ]);
  const { status, body } = await manager.order("stop", drain("f"));
  assert.deepEqual([status, body.error.code], [409, "id_taken"]);
  assert.equal(proxy.told.length, 1);
});

Deno.test("An order that nobody answers ends with a timeout, and may be asked for again", async () => {
  await using manager = await startControlManager();
  const held = Promise.withResolvers<void>();
  await using proxy = startFakeProxy(manager.port, {
    execute: async () => {
      await held.promise;
      return DONE;
    },
  });
  await manager.connected("edge-1");
  const { body } = await manager.order("drain", { ...drain("g"), timeout: 0.2 });
  assert.equal(body.results[0].outcome, "timeout");
  assert.match(body.results[0].detail, /no answer in 0.2 s; it may have been done all the same/);
  held.resolve();
  assert.deepEqual(await outcomes(manager, drain("g")), ["done"]);
  assert.equal(proxy.told.length, 1);
});

Deno.test("Two managers each give orders to their own proxies alone", async () => {
  await using one = await startControlManager();
  await using two = await startControlManager({ controlKey: OTHER_KEY });
  await using first = startFakeProxy(one.port, { proxyId: "edge-1" });
  await using second = startFakeProxy(two.port, { proxyId: "edge-2", key: OTHER_KEY });
  await using stranger = startFakeProxy(two.port, { proxyId: "edge-3" });
  await one.connected("edge-1");
  await two.connected("edge-2");
  assert.deepEqual(await outcomes(one, drain("h", ["edge-1", "edge-2"])), [
    "done",
    "not_connected",
  ]);
  assert.deepEqual(await outcomes(two, drain("h", ["edge-1", "edge-2", "edge-3"])), [
    ...["not_connected", "done", "not_connected"],
  ]);
  assert.deepEqual([first.told.length, second.told.length, stranger.told.length], [1, 1, 0]);
});

Deno.test("A newer connection of a proxy takes the older one's place", async () => {
  await using manager = await startControlManager();
  const older = await joinAsProxy(manager.port);
  await manager.connected("edge-1");
  await using proxy = startFakeProxy(manager.port);
  assert.equal(await older.closed, 4409);
  await eventually("the newer one is there", () => proxy.client.isConnected);
  assert.deepEqual(await outcomes(manager, drain("i")), ["done"]);
  assert.equal(proxy.told.length, 1);
  assert.equal(await manager.metric('rustproxy_control_refused_total{reason="replaced"}'), 1);
});
