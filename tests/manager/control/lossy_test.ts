/** Orders to proxies that serve, over wires that delay, stall and break, and managers that come and go. */
import { strict as assert } from "node:assert";
import type { Command } from "../../../proxy/control/commands.ts";
import {
  CONTROL_KEY,
  FAST,
  OTHER_KEY,
  startControlManager,
  startFakeProxy,
} from "../../support/control_channel.ts";
import { startCutter } from "../../support/cutter.ts";
import { eventually } from "../../support/eventually.ts";
import { catchLog } from "../../support/log_catcher.ts";
import { startTestProxy } from "../../support/proxy.ts";

type Manager = Awaited<ReturnType<typeof startControlManager>>;

/** A proxy that serves and does as it is told, over a channel that tries again soon. */
function startServing(port: number, options: { proxyId?: string; key?: string } = {}) {
  const serving = startTestProxy("http");
  const { client, told } = startFakeProxy(port, {
    ...options,
    timing: { ...FAST, retry: 5, maxRetry: 50, silence: 2_000 },
    execute: (command) => serving.proxy.execute(command),
  });
  return {
    ...{ client, told, serving },
    async [Symbol.asyncDispose]() {
      await client.stop();
      await serving[Symbol.asyncDispose]();
    },
  };
}

/** What becomes of this at the first proxy that it names. */
async function order(manager: Manager, command: string, body: Record<string, unknown>) {
  const reply = await manager.order(command, { proxies: ["edge-1"], timeout: 10, ...body });
  assert.equal(reply.status, 200, JSON.stringify(reply.body));
  return reply.body.results[0] as { outcome: string; detail: string };
}

const counted = (manager: Manager, command: string, outcome: string) =>
  manager.metric(`rustproxy_control_commands_total{command="${command}",outcome="${outcome}"}`);

Deno.test("Orders over a wire that delays, stalls and breaks in mid-frame are done once each, in their order", async () => {
  await using manager = await startControlManager();
  await using wire = startCutter(manager.port);
  let seed = 2026;
  const chance = () => (seed = (seed * 1103515245 + 12345) % 2 ** 31) / 2 ** 31;
  const wait = (ms: number) => new Promise<void>((resolve) => setTimeout(resolve, ms));
  const seen = { pieces: 0, delays: 0, halves: 0 };
  wire.pace = () => {
    if (++seen.pieces % 17 === 0) return wait(150);
    if (chance() >= 0.3) return;
    seen.delays++;
    return wait(10 * chance());
  };
  wire.onBytes = ({ length }) => {
    if (chance() > 0.12) return true;
    seen.halves++;
    return Math.floor(length * chance());
  };
  await using proxy = startServing(wire.port);
  const limits = Array.from({ length: 25 }, (_, i) => ({ max_connections: i + 1 }));
  for (const [i, limit] of limits.entries()) {
    const again = { ...limit, order_id: `lossy-${i}`, timeout: 2 };
    for (let outcome = ""; outcome !== "done";) {
      ({ outcome } = await order(manager, "set_limits", again));
      assert.ok(["done", "timeout", "not_connected"].includes(outcome), outcome);
    }
  }
  const told: Command[] = limits.map((limit) => ({ command: "set_limits", ...limit }));
  assert.deepEqual(proxy.told, told);
  assert.ok(Object.values(seen).every((n) => n > 0), JSON.stringify(seen));
  assert.equal(await counted(manager, "set_limits", "done"), limits.length);
  const { entries } = await manager.get("/api/audit?limit=1000");
  const done = entries.filter(({ outcome }: { outcome: string }) => outcome === "done");
  assert.deepEqual(
    done.map(({ actor, client_ip, action, target, detail }: Record<string, string>) => [
      ...[actor, client_ip, action, target, detail],
    ]),
    limits.map((limit) => [
      ...["local", "127.0.0.1", "set_limits", "edge-1", `${JSON.stringify(limit)} limits set`],
    ]),
  );
});

Deno.test("A proxy finds a manager that is started again on its port, and does nothing twice", async () => {
  using log = catchLog();
  let manager = await startControlManager();
  try {
    const { port } = manager;
    await using proxy = startServing(port);
    for (let round = 1; round <= 3; round++) {
      await manager.connected("edge-1");
      assert.equal(await manager.metric("rustproxy_control_connected_proxies"), 1);
      assert.equal((await order(manager, "pause_accepting", { order_id: "same" })).outcome, "done");
      const { outcome } = await order(manager, "set_limits", { max_connections: round });
      assert.equal(outcome, "done");
      if (round === 3) break;
      await manager.stop();
      await eventually("it knows", () => !proxy.client.isConnected);
      manager = await startControlManager({}, port);
    }
    assert.deepEqual(
      proxy.told.map(({ command }) => command),
      ["pause_accepting", "set_limits", "set_limits", "set_limits"],
    );
    const said = log.lines.map(({ text }) => text).filter((text) => /orders from/.test(text));
    const takes = `Takes orders from the manager at http://127.0.0.1:${port}`;
    const known = "edge-1 takes orders from now on";
    assert.deepEqual(said.toSorted(), [takes, takes, takes, known, known, known]);
    const lost = log.warnings().filter((text) => text.includes("the manager stops"));
    assert.equal(lost.length, 2);
    assert.match(
      lost[0],
      /^The control channel to http:.* is lost: the manager stops; it is tried/,
    );
  } finally {
    await manager.stop();
  }
});

Deno.test("Of two managers with one key each orders its own proxies, and counts what it could not", async () => {
  using log = catchLog();
  await using one = await startControlManager();
  await using two = await startControlManager();
  await using first = startServing(one.port, { proxyId: "edge-1" });
  await using second = startServing(two.port, { proxyId: "edge-2" });
  await one.connected("edge-1");
  await two.connected("edge-2");
  const away = await order(two, "drain", { proxies: ["edge-1"], order_id: "x" });
  assert.equal(away.outcome, "not_connected");
  assert.match(away.detail, /takes no orders from here: it is away, or was started without/);
  assert.equal((await order(one, "drain", { proxies: ["edge-1"], order_id: "x" })).outcome, "done");
  assert.equal((await order(two, "drain", { proxies: ["edge-2"], order_id: "y" })).outcome, "done");
  assert.deepEqual([first.told.length, second.told.length], [1, 1]);
  assert.equal(await counted(two, "drain", "not_connected"), 1);
  assert.equal(await counted(one, "drain", "not_connected"), 0);
  const noted = log.lines.map(({ text }) => text).filter((text) => text.startsWith("audit: drain"));
  assert.deepEqual(noted, ["audit: drain not_connected", "audit: drain done", "audit: drain done"]);
});

Deno.test("Of two managers with keys of their own one turns the other's proxy away, counts it and says so", async () => {
  using log = catchLog();
  await using one = await startControlManager({ controlKey: CONTROL_KEY });
  await using two = await startControlManager({ controlKey: OTHER_KEY });
  await using own = startServing(two.port, { proxyId: "edge-2", key: OTHER_KEY });
  await two.connected("edge-2");
  await using lost = startServing(two.port, { proxyId: "edge-1" });
  const refused = 'rustproxy_control_refused_total{reason="wrong_key"}';
  await eventually("it has tried", async () => await two.metric(refused) >= 2);
  assert.equal((await order(two, "stop", {})).outcome, "not_connected");
  assert.deepEqual([lost.told, own.told], [[], []]);
  assert.equal(await one.metric(refused), 0);
  const said = log.warnings().filter((text) => text.includes("control channel"));
  assert.deepEqual(said.toSorted(), [
    "Refused the control channel to edge-1 as wrong_key: its key is none of this manager's, or " +
    "another proxy's",
    `The control channel to http://127.0.0.1:${two.port} is not there: the two have not the same ` +
    "key, or the key is another proxy's; it is tried again",
  ]);
});
