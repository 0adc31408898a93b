import { strict as assert } from "node:assert";
import { alertsReplySchema } from "../../manager/api/model_alerts.ts";
import { startManager } from "../../manager/mod.ts";
import { managerOptionsSchema } from "../../manager/options.ts";
import { freeManagerAddress } from "../support/addresses.ts";
import { eventually } from "../support/eventually.ts";
import { TempFolder } from "../support/history.ts";
import { TempFile } from "../support/htpasswd.ts";
import { haveSignals } from "../support/process.ts";
import { runProgram, startProgram } from "../support/program.ts";
import { deliverySchema, Receiver, verify } from "../support/receiver.ts";

const SECRET = "a secret of the test";
/** The manager's time passes so much faster: its patience is half a minute, which is long for a test. */
const FASTER = 6;

function fasterClock(): () => number {
  const wall = Date.now();
  const start = performance.now();
  return () => wall + (performance.now() - start) * FASTER;
}

function startProxy(manager: string) {
  const args = ["--mode", "http", "--listen", "127.0.0.1:0", "--manager-addr", manager];
  return startProgram([...args, "--report-interval", "0.1", "--id", "edge"]);
}

async function alertsOf(manager: string) {
  return alertsReplySchema.parse(await (await fetch(`http://${manager}/api/alerts`)).json());
}

Deno.test({
  name: "A proxy that is killed fires once, over a restart of the manager too, and recovers once",
  ignore: !haveSignals("A proxy that is killed"),
  fn: async () => {
    await using receiver = new Receiver();
    const hook = `[[webhook]]\nname = "hook"\nurl = "${receiver.url}"\nsecret = "${SECRET}"\n`;
    await using file = new TempFile(hook, "alerts.toml");
    using folder = new TempFolder();
    const address = freeManagerAddress();
    const flags = { listen: address, alerts: file.path, dataDir: folder.path, history: true };
    const options = managerOptionsSchema.parse(flags);
    const now = fasterClock();
    const deps = { version: "0.1.0", dashboardDir: new URL("file:///not/built/"), now };
    const firing = async () =>
      (await alertsOf(address)).alerts.filter(({ state }) => state === "firing");

    let manager = await startManager(options, deps);
    try {
      {
        await using proxy = startProxy(address);
        await eventually("it is known", async () => {
          const { proxies } = await (await fetch(`http://${address}/api/stats`)).json();
          return proxies[0]?.status === "online";
        });
        proxy.signal("SIGKILL");
        await proxy.ended();
      }
      const [alert] = await eventually("it fires", async () => {
        const found = await firing();
        return found.length > 0 && found;
      }, 60_000);
      assert.deepEqual([alert.rule, alert.proxy_id, alert.severity], [
        ...["proxy_offline", "edge", "critical"],
      ]);
      await receiver.took(1);

      await manager.stop();
      manager = await startManager(options, deps);
      const restartedMs = now();
      assert.deepEqual((await firing()).map(({ id }) => id), [alert.id]);
      await eventually("proxies had time to be heard", () => now() - restartedMs > 45_000, 60_000);
      assert.deepEqual((await firing()).map(({ id }) => id), [alert.id]);

      await using _back = startProxy(address);
      await eventually("it is over", async () => {
        const { alerts } = await alertsOf(address);
        return alerts.length === 1 && alerts[0].state === "resolved";
      }, 60_000);
      await receiver.took(2);
    } finally {
      await manager.stop();
    }
    const deliveries = receiver.arrived.map((arrived) => {
      verify(arrived, SECRET);
      return deliverySchema.parse(JSON.parse(arrived.body)).alerts;
    });
    const told = deliveries.map((alerts) => alerts.map(({ id, key, state }) => [id, key, state]));
    const [[[id]]] = told;
    assert.deepEqual(told, [
      [[id, "proxy_offline/edge/", "firing"]],
      [[id, "proxy_offline/edge/", "resolved"]],
    ]);
  },
});

Deno.test("A bad --alerts file ends the start with one line for each thing that is wrong", async () => {
  const text = 'rules = 1\n[[rule]]\nname = "busy"\nmetric = "bandwith"\nthreshold = "fast"\n' +
    '[[webhook]]\nname = "hook"\nurl = "gopher://example.com/hunter2"\nsecret = "hunter2"\n';
  await using file = new TempFile(text, "alerts.toml");
  const args = ["--manager", "--no-history", "--listen", "127.0.0.1:0", "--alerts"];
  const { code, stderr } = await runProgram([...args, file.path]);
  assert.equal(code, 1, stderr);
  const [first, ...lines] = stderr.trimEnd().split(/\r?\n/);
  const path = JSON.stringify(file.path);
  assert.equal(first, `rustproxy: Cannot use --alerts ${path}: these 4 things are wrong with it:`);
  const expected = [
    "1: rules: expected a known key, perhaps rule, found ",
    '4: rule[0].metric: expected one of "offline", ',
    "5: rule[0].threshold: expected a number, or a rate ",
    "8: webhook[0].url: expected an http or https URL ",
  ];
  assert.equal(lines.length, expected.length, stderr);
  for (const [at, line] of expected.entries()) {
    assert.ok(lines[at].startsWith(`${file.path}:${line}`), lines[at]);
  }
  assert.ok(!stderr.includes("hunter2"), stderr);
  const missing = await runProgram([...args, `${file.path}.none`]);
  assert.equal(missing.code, 1);
  assert.match(missing.stderr, /^rustproxy: Cannot use --alerts ".*": there is no such file\n$/);
});

Deno.test("--alerts goes with --manager alone", async () => {
  for (const args of [["--mode", "http", "--alerts", "x"], ["--demo", "--alerts", "x"]]) {
    const { code, stderr } = await runProgram(args);
    assert.equal(code, 2);
    assert.match(stderr, /^rustproxy: --alerts goes with --manager, not with /);
  }
  const { code, stderr } = await runProgram(["--manager", "--no-history", "--alerts", ""]);
  assert.deepEqual([code, stderr], [2, 'rustproxy: Cannot use --alerts "": expected a file\n']);
});

Deno.test("A manager takes secrets from the environment, and new rules while it runs", async () => {
  await using receiver = new Receiver();
  const hook = `[[webhook]]\nname = "hook"\nurl = "${receiver.url}"\n` +
    'secret_env = "RUSTPROXY_HOOK_SECRET"\n';
  await using file = new TempFile(hook, "alerts.toml");
  const address = freeManagerAddress();
  const args = ["--manager", "--no-history", "--listen", address, "--alerts", file.path];
  await using manager = startProgram([...args, "--log-level", "debug"], {
    RUSTPROXY_HOOK_SECRET: SECRET,
  });
  const names = async () => (await alertsOf(address)).rules.map(({ name }) => name);
  await eventually("it answers", async () => (await names()).includes("proxy_offline"));
  const url = `http://${address}/api/alerts/webhooks/hook/test`;
  const { ok } = await (await fetch(url, { method: "POST" })).json();
  assert.ok(ok);
  verify(receiver.arrived[0], SECRET);
  file.replace(`${hook}[[rule]]\nname = "busy"\nmetric = "bandwidth"\n`);
  await eventually("it warns", () => manager.stderr.includes("what was read before stays in use"));
  assert.match(manager.stderr, /alerts\.toml:5: rule\[0\]\.threshold: expected a number/);
  assert.ok((await names()).includes("proxy_offline"));
  file.replace(`${hook}[[rule]]\nname = "busy"\nmetric = "bandwidth"\nthreshold = "100Mbit"\n`);
  await eventually("it has the new rule", async () => (await names()).includes("busy"));
  const { stderr } = manager;
  const shown = JSON.stringify(await alertsOf(address));
  for (const secret of [SECRET, "hunter2"]) {
    assert.ok(!stderr.includes(secret) && !shown.includes(secret), stderr);
  }
});
