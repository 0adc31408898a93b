import { strict as assert } from "node:assert";
import { TIMING } from "../../../manager/alerts/webhook.ts";
import { AlertBench, rule, webhookOptions } from "../../support/alerts.ts";
import { eventually, within } from "../../support/eventually.ts";
import { FakeClock } from "../../support/fake_clock.ts";
import { Receiver } from "../../support/receiver.ts";

const busy = (bench: AlertBench) => () => bench.hear({ active_connections: 20 });

Deno.test("Notifier tells each webhook of the severities that it wants", async () => {
  await using all = new Receiver();
  await using critical = new Receiver();
  const bench = new AlertBench({
    rules: [rule(), rule({ name: "worse", severity: "critical", threshold: 15, clear: 15 })],
    webhooks: [
      webhookOptions({ name: "all", url: all.url }),
      webhookOptions({ name: "critical", url: critical.url, severities: ["critical"] }),
    ],
  });
  bench.run(1, busy(bench));
  await all.took(1);
  await critical.took(1);
  // What begins at once is told at once.
  assert.deepEqual(all.told.map((alerts) => alerts.length), [2]);
  assert.deepEqual(critical.told.map((alerts) => alerts.length), [1]);
  assert.ok(critical.arrived[0].body.includes('"rule":"worse"'));
  await bench.alerts.stop();
});

Deno.test("Notifier goes on with what waits where a webhook is changed, and ends one that is gone", async () => {
  await using refusing = new Receiver(() => new Response(null, { status: 503 }));
  await using other = new Receiver();
  const clock = new FakeClock();
  const config = {
    rules: [rule()],
    webhooks: [
      webhookOptions({ url: refusing.url }),
      webhookOptions({ name: "gone", url: refusing.url }),
    ],
  };
  const bench = new AlertBench(config, { webhooks: { clock, random: () => 1, timing: TIMING } });
  const [hook, gone] = bench.alerts.notifier.webhooks;
  bench.run(1, busy(bench));
  await eventually("both are tried", () => hook.counts.retried + gone.counts.retried === 2);
  bench.source.set({ webhooks: [webhookOptions({ url: other.url })] });
  assert.deepEqual(bench.alerts.notifier.webhooks, [hook]);
  await clock.run(1_000);
  await other.took(1);
  assert.deepEqual(other.told, [["firing edge-1 has 20 connections"]]);
  // The one that is gone is not tried again.
  await clock.run(60_000);
  assert.equal(refusing.arrived.length, 2);
  await bench.alerts.stop();
});

Deno.test("Alerts stops within two seconds of the clock, whoever hangs", async () => {
  await using hanging = new Receiver(() => null);
  const clock = new FakeClock();
  const webhooks = [webhookOptions({ url: hanging.url })];
  const bench = new AlertBench({ rules: [rule()], webhooks }, { webhooks: { clock } });
  bench.run(1, busy(bench));
  await hanging.took(1);
  const stopped = bench.alerts.stop();
  await clock.run(2_000);
  await within("it stops", stopped);
});

Deno.test("Alerts that somebody knows of are not told again when a silence ends", async () => {
  await using receiver = new Receiver();
  const bench = new AlertBench({
    rules: [rule()],
    webhooks: [webhookOptions({ url: receiver.url })],
  });
  bench.alerts.silence({ rule: "busy", proxyId: null, by: "ann", comment: "" }, 10);
  bench.run(5, busy(bench));
  const [alert] = bench.alerts.table.active();
  assert.equal(bench.alerts.acknowledge(alert.id, "ann"), "done");
  bench.run(20, busy(bench));
  bench.hear({ proxy_id: "edge-2", active_connections: 20 });
  bench.run(1);
  await receiver.took(1);
  assert.deepEqual(receiver.told, [["firing edge-2 has 20 connections"]]);
  await bench.alerts.stop();
});

Deno.test("Alerts are silent by their rule's own times, in its time zone", () => {
  // The tests' clock begins on a Friday at 8:00 in UTC.
  const night = rule({ silence: [{ from: (5 * 24 + 9) * 60, to: (5 * 24 + 10) * 60 }] });
  const told = (timeZone: string) => {
    const bench = new AlertBench({ rules: [night], timeZone });
    bench.run(1, busy(bench));
    return bench.alerts.table.active().next().value!.told;
  };
  assert.equal(told("UTC"), true);
  assert.equal(told("Europe/Berlin"), false);
});
