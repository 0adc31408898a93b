import { strict as assert } from "node:assert";
import { ctlOptionsSchema } from "../../../manager/ctl/options.ts";
import { runCtl } from "../../../manager/ctl/run.ts";
import { CONTROL_KEY, startControlManager } from "../../support/control_channel.ts";
import { eventually } from "../../support/eventually.ts";
import { startTestProxy } from "../../support/proxy.ts";

/** A manager, with proxies of these labels, of which the last takes no orders. */
async function startFleet() {
  const manager = await startControlManager();
  const addresses = {
    managerAddr: `127.0.0.1:${manager.port}`,
    statsAddr: `127.0.0.1:${manager.statsPort}`,
  };
  const orders = { control: true as const, controlKey: CONTROL_KEY };
  const proxies = [
    startTestProxy("http", {
      id: "edge-1",
      label: ["env=prod", "dc=fra"],
      ...orders,
      ...addresses,
    }),
    startTestProxy("http", { id: "edge-2", label: ["env=test"], ...orders, ...addresses }),
    startTestProxy("http", { id: "edge-3", label: ["env=prod", "dc=ham"], ...addresses }),
  ];
  await manager.connected("edge-1", "edge-2");
  await eventually("their labels are known", async () => {
    const all: { labels: Record<string, string> }[] = await manager.get("/api/proxies");
    return all.length === 3 && all.every(({ labels }) => labels.env);
  });
  return {
    ...manager,
    async [Symbol.asyncDispose]() {
      await Promise.all(proxies.map((proxy) => proxy[Symbol.asyncDispose]()));
      await manager.stop();
    },
  };
}

Deno.test("POST /api/control goes to those that have the labels, and says who takes no orders", async () => {
  await using fleet = await startFleet();
  const told = async (labels: Record<string, string>) => {
    const { status, body } = await fleet.order("pause_accepting", { labels, timeout: 30 });
    assert.equal(status, 200, JSON.stringify(body));
    return body.results
      .map(({ proxy_id, outcome }: Record<string, string>) => `${proxy_id} ${outcome}`).sort();
  };
  assert.deepEqual(await told({ env: "prod" }), ["edge-1 done", "edge-3 not_connected"]);
  assert.deepEqual(await told({ env: "prod", dc: "fra" }), ["edge-1 done"]);
  assert.deepEqual(await told({ env: "other" }), []);
  const { entries } = await fleet.get("/api/audit");
  assert.deepEqual(
    entries.map(({ target, outcome }: Record<string, string>) => `${target} ${outcome}`).sort(),
    ["edge-1 done", "edge-1 done", "edge-3 not_connected"],
  );
  const wrong: [body: Record<string, unknown>, message: RegExp][] = [
    [{}, /^Cannot use proxies: expected either proxies or labels$/],
    [{ proxies: "all", labels: { env: "prod" } }, /^Cannot use proxies: expected either/],
    [{ labels: {} }, /^Cannot use labels: expected 1 to 16 labels$/],
    [{ labels: { env: 1 } }, /^Cannot use labels\.env: expected a value/],
    [{ labels: { "a b": "c" } }, /^Cannot use labels\.a b: /],
    [{ labels: "env=prod" }, /^Cannot use labels: /],
  ];
  for (const [body, message] of wrong) {
    const reply = await fleet.order("drain", body);
    assert.equal(reply.status, 400, JSON.stringify(reply.body));
    assert.match(reply.body.error.message, message);
  }
});

Deno.test("runCtl gives an order to those that have the labels", async () => {
  await using fleet = await startFleet();
  const ctl = async (ctl: string[], label: string[]) => {
    const managerAddr = `127.0.0.1:${fleet.port}`;
    const options = ctlOptionsSchema.parse({ ctl, label, managerAddr, timeout: "30" });
    const seen = { out: "", err: "" };
    const code = await runCtl(options, {
      print: (text) => seen.out += `${text}\n`,
      complain: (text) => seen.err += `${text}\n`,
      confirm: () => null,
    });
    return { code, ...seen };
  };
  const done = await ctl(["block", "192.0.2.7", "5"], ["env=test"]);
  assert.deepEqual([done.code, done.err], [0, ""]);
  assert.match(done.out, /^PROXY .*\nedge-2 +done .*\n$/);
  const part = await ctl(["drain"], ["env=prod"]);
  assert.equal(part.code, 1);
  assert.match(part.out, /^edge-3 +not_connected/m);
  const none = await ctl(["drain"], ["env=prod", "dc=oslo"]);
  assert.deepEqual(none, { code: 1, out: "No proxy is up that has dc=oslo env=prod.\n", err: "" });
  const listed = await ctl(["proxies"], ["dc=ham"]);
  assert.deepEqual(listed.out.trim().split("\n").length, 2);
  assert.match(listed.out, /^edge-3 .* dc=ham env=prod$/m);
});
