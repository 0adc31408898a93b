import { strict as assert } from "node:assert";
import fc from "fast-check";
import type { Notice } from "../../../manager/alerts/payload.ts";
import { AlertBench, rule, webhookOptions } from "../../support/alerts.ts";

/** What happens in a second: a proxy has so many connections, is silent, or somebody wants silence or hears again. */
const step = fc.oneof(
  { weight: 6, arbitrary: fc.integer({ min: 0, max: 20 }) },
  { weight: 2, arbitrary: fc.constant("away" as const) },
  { weight: 1, arbitrary: fc.constant("silence" as const) },
  { weight: 1, arbitrary: fc.constant("hear" as const) },
);

Deno.test("Alerts tells of each episode once that it fires and once that it is over, whatever happens", () => {
  const timing = fc.record({
    forS: fc.nat(4),
    keepS: fc.nat(4),
    clear: fc.integer({ min: 2, max: 10 }),
  });
  fc.assert(
    fc.property(fc.array(step, { maxLength: 120 }), timing, (steps, { forS, keepS, clear }) => {
      const watched = rule({ clear, forMs: forS * 1_000, keepMs: keepS * 1_000 });
      // No time passes for the webhook, so that all it is to be told waits.
      const bench = new AlertBench({ rules: [watched], webhooks: [webhookOptions()] });
      const told: Notice[] = [];
      bench.alerts.notifier.webhooks[0].send = (notice) => void told.push(notice);
      for (const what of steps) {
        if (what === "silence") {
          bench.alerts.silence({ rule: null, proxyId: null, by: "", comment: "" }, 5);
        } else if (what === "hear") {
          for (const { id } of [...bench.alerts.silences.all]) bench.alerts.unsilence(id);
        } else if (what !== "away") bench.hear({ active_connections: what });
        bench.run(1);
      }
      for (const [at, event] of bench.events.entries()) {
        assert.equal(event, at % 2 === 0 ? "alert_firing edge-1" : "alert_resolved edge-1");
      }
      for (const [at, { id, state, fired_at, since, resolved_at }] of told.entries()) {
        assert.equal(state, at % 2 === 0 ? "firing" : "resolved");
        if (state === "resolved") assert.equal(id, told[at - 1].id, "it is told of the same");
        assert.ok(fired_at - since >= forS);
        if (resolved_at !== null) assert.ok(resolved_at - fired_at >= keepS);
      }
      assert.ok(told.length <= bench.events.length);
    }),
  );
});
