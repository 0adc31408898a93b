import { strict as assert } from "node:assert";
import type { Notice } from "../../../manager/alerts/payload.ts";
import { MAX_QUEUE, TIMING, Webhook, type WebhookDeps } from "../../../manager/alerts/webhook.ts";
import type { WebhookOptions } from "../../../manager/alerts/webhook_schema.ts";
import { freeAddress } from "../../support/addresses.ts";
import { webhookOptions } from "../../support/alerts.ts";
import { eventually, within } from "../../support/eventually.ts";
import { FakeClock } from "../../support/fake_clock.ts";
import { deliverySchema, Receiver, verify } from "../../support/receiver.ts";
import { T0 } from "../../support/reports.ts";

const SECRET = "a secret of the test";

function notice(overrides: Partial<Notice> = {}): Notice {
  return {
    ...{ id: "1", key: "proxy_offline/edge-1/", state: "firing", rule: "proxy_offline" },
    ...{ metric: "offline", severity: "critical", proxy_id: "edge-1", subject: "", value: 1 },
    ...{ threshold: 0, unit: "", since: T0 / 1000, fired_at: T0 / 1000, resolved_at: null },
    ...{ summary: "edge-1 is offline", description: "" },
    ...overrides,
  };
}

/** A webhook whose pauses and deadlines pass as the test says, and that leaves nothing to chance. */
function open(options: Partial<WebhookOptions>, deps: Partial<WebhookDeps> = {}) {
  const clock = new FakeClock();
  const webhook = new Webhook(webhookOptions(options), {
    ...{ fetch, wall: () => T0 + clock.now(), version: "0.1.0", clock },
    ...{ random: () => 1, timing: TIMING, ...deps },
  });
  const done = (what: keyof Webhook["counts"], n = 1) =>
    eventually(`${what} ${n} times`, () => webhook.counts[what] >= n);
  return { webhook, clock, done, [Symbol.asyncDispose]: () => webhook.stop(0) };
}

Deno.test("Webhook sends what it documents, signed", async () => {
  await using receiver = new Receiver();
  await using hook = open({ url: receiver.url, secret: SECRET });
  hook.webhook.send(notice());
  const [arrived] = await receiver.took(1);
  const { method, path, headers, body } = arrived;
  assert.deepEqual([method, path], ["POST", "/services/hunter2"]);
  assert.equal(headers.get("content-type"), "application/json");
  assert.equal(headers.get("user-agent"), "rustproxy/0.1.0");
  const delivery = deliverySchema.parse(JSON.parse(body));
  assert.equal(headers.get("x-rustproxy-delivery"), delivery.id);
  assert.deepEqual([delivery.test, delivery.alerts], [false, [notice()]]);
  assert.equal(verify(arrived, SECRET), T0 / 1000);
  await hook.done("delivered");
  assert.deepEqual(hook.webhook.last, { time: T0 / 1000, ok: true, detail: "200" });
});

Deno.test("Webhook signs nothing without a secret", async () => {
  await using receiver = new Receiver();
  await using hook = open({ url: receiver.url });
  hook.webhook.send(notice());
  const [{ headers }] = await receiver.took(1);
  assert.equal(headers.get("x-rustproxy-signature"), null);
});

Deno.test("Webhook tries again what may go better later, ever more slowly, as the same delivery", async () => {
  const answers = [500, 503, 429, 408, 502].map((status) => new Response(null, { status }));
  await using receiver = new Receiver((n) => answers[n] ?? new Response());
  await using hook = open({ url: receiver.url, secret: SECRET });
  hook.webhook.send(notice());
  for (const [n, pauseMs] of [1_000, 2_000, 4_000, 8_000, 16_000].entries()) {
    await receiver.took(n + 1);
    await hook.done("retried", n + 1);
    await hook.clock.run(pauseMs - 1);
    assert.equal(receiver.arrived.length, n + 1, "not before its time");
    await hook.clock.run(1);
  }
  await hook.done("delivered");
  const arrived = receiver.arrived;
  assert.equal(arrived.length, 6);
  assert.equal(new Set(arrived.map(({ headers }) => headers.get("x-rustproxy-delivery"))).size, 1);
  // Each attempt is signed with its own time, so that a receiver may refuse old ones.
  assert.deepEqual(arrived.map((one) => verify(one, SECRET) - T0 / 1000), [0, 1, 3, 7, 15, 31]);
});

Deno.test("Webhook waits for as long as the receiver asks it to, within bounds", async () => {
  const date = new Date(T0 + 30_000 + 90_000).toUTCString();
  const waits = ["30", date, "9999999"];
  await using receiver = new Receiver((n) => {
    const headers = { "retry-after": waits[n] };
    return n < waits.length ? new Response(null, { status: 429, headers }) : new Response();
  });
  await using hook = open({ url: receiver.url });
  hook.webhook.send(notice());
  for (const [n, pauseMs] of [30_000, 90_000, TIMING.longestWaitMs].entries()) {
    await hook.done("retried", n + 1);
    await hook.clock.run(pauseMs - 1);
    assert.equal(receiver.arrived.length, n + 1);
    await hook.clock.run(1);
  }
  await hook.done("delivered");
});

Deno.test("Webhook does not try again what the receiver refuses, nor follow where it leads", async () => {
  await using elsewhere = new Receiver();
  const location = elsewhere.url;
  const table: [Response, string][] = [
    [new Response(null, { status: 400 }), "answered with 400"],
    [new Response(null, { status: 404 }), "answered with 404"],
    [new Response(null, { status: 302, headers: { location } }), "302: redirects are not followed"],
    [new Response(null, { status: 307, headers: { location } }), "307: redirects are not followed"],
  ];
  for (const [response, detail] of table) {
    await using receiver = new Receiver((n) => n === 0 ? response : new Response());
    await using hook = open({ url: receiver.url });
    hook.webhook.send(notice());
    await hook.done("refused");
    assert.equal(hook.webhook.last?.detail, detail);
    hook.webhook.send(notice({ state: "resolved" }));
    await hook.done("delivered");
    assert.deepEqual(receiver.told, [["firing edge-1 is offline"], ["resolved edge-1 is offline"]]);
    assert.equal(hook.webhook.counts.retried, 0);
  }
  assert.equal(elsewhere.arrived.length, 0);
});

Deno.test("Webhook gives a receiver that hangs its deadline, and holds nobody else up", async () => {
  await using hanging = new Receiver((n) => n === 0 ? null : new Response());
  await using other = new Receiver();
  await using hook = open({ url: hanging.url });
  await using otherHook = open({ url: other.url });
  hook.webhook.send(notice());
  otherHook.webhook.send(notice());
  await otherHook.done("delivered");
  await hanging.took(1);
  await hook.clock.run(TIMING.deadlineMs - 1);
  assert.equal(hook.webhook.last, null);
  await hook.clock.run(1);
  await hook.done("retried");
  assert.equal(hook.webhook.last!.detail, "did not answer within 10 s");
  await hook.clock.run(1_000);
  await hook.done("delivered");
  assert.equal(hanging.arrived.length, 2);
});

Deno.test("Webhook does not wait for the end of an answer", async () => {
  const endless = new ReadableStream({
    pull: (controller) => controller.enqueue(new Uint8Array(64)),
  });
  await using receiver = new Receiver(() => new Response(endless));
  await using hook = open({ url: receiver.url });
  hook.webhook.send(notice());
  await hook.done("delivered");
});

Deno.test("Webhook tries what cannot be reached until it gives up, and goes on with what came meanwhile", async () => {
  const address = freeAddress();
  await using hook = open({ url: `http://${address}/services/hunter2` });
  hook.webhook.send(notice({ summary: "first" }));
  const { counts } = hook.webhook;
  let tries = 0;
  while (counts.given_up === 0) {
    const n = ++tries;
    await eventually("an attempt fails", () => counts.retried === n || counts.given_up > 0);
    if (n === 1) {
      hook.webhook.send(notice({ summary: "second" }));
      hook.webhook.send(notice({ summary: "second", state: "resolved" }));
    }
    if (counts.given_up === 0) {
      await hook.clock.run(Math.min(TIMING.longestPauseMs, 1_000 * 2 ** (n - 1)));
    }
  }
  assert.ok(hook.clock.now() > TIMING.giveUpMs - 2 * TIMING.longestPauseMs);
  const { detail } = hook.webhook.last!;
  assert.match(detail, /^cannot be reached/);
  assert.ok(!detail.includes("hunter2"), detail);
  await using receiver = new Receiver();
  hook.webhook.options = { ...hook.webhook.options, url: receiver.url };
  await hook.done("retried", tries);
  await hook.clock.run(1_000);
  await receiver.took(1);
  assert.deepEqual(receiver.told, [["firing second", "resolved second"]]);
});

Deno.test("Webhook tells what happens at once in few deliveries, and in order", async () => {
  await using receiver = new Receiver();
  await using hook = open({ url: receiver.url });
  for (let n = 0; n < 120; n++) hook.webhook.send(notice({ summary: `${n}` }));
  await hook.done("delivered", 3);
  assert.deepEqual(receiver.told.map((alerts) => alerts.length), [50, 50, 20]);
  assert.deepEqual(receiver.told.flat(), Array.from({ length: 120 }, (_, n) => `firing ${n}`));
});

Deno.test("Webhook holds so much for a receiver and no more, and counts what it dropped", async () => {
  await using receiver = new Receiver(() => null);
  await using hook = open({ url: receiver.url });
  hook.webhook.send(notice());
  await receiver.took(1);
  for (let n = 0; n < MAX_QUEUE + 7; n++) hook.webhook.send(notice({ summary: `${n}` }));
  assert.deepEqual([hook.webhook.waiting, hook.webhook.counts.dropped], [MAX_QUEUE, 7]);
});

Deno.test("Webhook writes lines that Slack shows as they are meant", async () => {
  await using receiver = new Receiver();
  await using hook = open({ url: receiver.url, format: "slack" });
  hook.webhook.send(notice({ summary: "<!channel> & <b> is offline" }));
  hook.webhook.send(notice({ state: "resolved", severity: "warning" }));
  const [{ body }] = await receiver.took(1);
  assert.deepEqual(JSON.parse(body), {
    text: "*Firing* (critical): &lt;!channel&gt; &amp; &lt;b&gt; is offline [proxy_offline]\n" +
      "*Resolved*: edge-1 is offline [proxy_offline]",
  });
  const { ok, status, seconds } = await hook.webhook.test();
  assert.deepEqual([ok, status, seconds >= 0], [true, 200, true]);
  assert.deepEqual(Object.keys(JSON.parse(receiver.arrived[1].body)), ["text"]);
});

Deno.test("Webhook tests a receiver once, whatever waits for it", async () => {
  await using receiver = new Receiver((n) => n === 0 ? null : new Response(null, { status: 503 }));
  await using hook = open({ url: receiver.url });
  hook.webhook.send(notice());
  await receiver.took(1);
  const { ok, status, detail } = await hook.webhook.test();
  assert.deepEqual([ok, status, detail], [false, 503, "answered with 503"]);
  assert.deepEqual([receiver.arrived.length, hook.webhook.counts.retried], [2, 0]);
  const { test, alerts } = deliverySchema.parse(JSON.parse(receiver.arrived[1].body));
  assert.deepEqual([test, alerts], [true, []]);
});

Deno.test("Webhook ends without waiting for a receiver that hangs, nor for a pause", async () => {
  await using hanging = new Receiver(() => null);
  const hook = open({ url: hanging.url });
  hook.webhook.send(notice());
  await hanging.took(1);
  const stopped = hook.webhook.stop(2_000);
  await hook.clock.run(2_000);
  await within("it ends", stopped);
  const pausing = open({ url: `http://${freeAddress()}/` });
  pausing.webhook.send(notice());
  await pausing.done("retried");
  await within("it ends", pausing.webhook.stop(2_000));
  pausing.webhook.send(notice());
  assert.equal(pausing.webhook.waiting, 0);
});

Deno.test("Webhook lets an attempt that runs end before it stops", async () => {
  const { promise, resolve } = Promise.withResolvers<void>();
  await using receiver = new Receiver();
  const slow: typeof fetch = async (...args) => {
    await promise;
    return await fetch(...args);
  };
  const hook = open({ url: receiver.url }, { fetch: slow });
  hook.webhook.send(notice());
  await hook.clock.run(1);
  const stopped = hook.webhook.stop(2_000);
  resolve();
  await within("it ends", stopped);
  assert.equal(hook.webhook.counts.delivered, 1);
});
