import { strict as assert } from "node:assert";
import fc from "fast-check";
import {
  ConnectionFeed,
  type ConnectionMessage,
} from "../../../../dashboard/state/connections/feed.ts";
import { STATES } from "../../../../dashboard/state/connections/row.ts";
import { finish } from "../../../../dashboard/state/table/steps.ts";
import { connectionView } from "../../../../manager/api/views.ts";
import { FleetTopic } from "../../../../manager/fleet_topic.ts";
import { Registry } from "../../../../manager/registry.ts";
import { Topic } from "../../../../manager/topic.ts";
import { CONNECTION_STATES } from "../../../../proxy/stats/report.ts";
import type { LiveConnection } from "../../../../manager/api/model.ts";
import { boot, connection, report, T0 } from "../../../support/reports.ts";
import { connection as told, connections } from "../../support.ts";

interface Watched {
  full(nowMs: number): string;
  next(nowMs: number): string | null;
}

/** What the manager knows of these connections, to the millisecond. */
function truthOf(registry: Registry, nowMs: number, proxies: string[]) {
  return proxies.flatMap((proxyId) => {
    const entry = registry.get(proxyId);
    return [...entry?.connections.records() ?? []].map((record) => {
      const { start_time, last_activity, ...view } = connectionView(entry!, record, nowMs);
      const ms = [start_time, last_activity].map((time) => Math.round(1000 * time));
      return JSON.stringify([proxyId, ms, Object.entries(view).sort()]);
    });
  }).sort();
}

function shownIn(feed: ConnectionFeed) {
  return feed.rows().map((row) => {
    const { key: _k, meter: _m, shown: _s, gone, proxy_id, start_time, last_activity, ...view } =
      row;
    assert.equal(gone, false);
    const ms = [start_time, last_activity].map((time) => Math.round(1000 * time));
    return JSON.stringify([proxy_id, ms, Object.entries(view).sort()]);
  }).sort();
}

const take = (feed: ConnectionFeed, text: string | null) => {
  if (text !== null) finish(feed.apply(JSON.parse(text) as ConnectionMessage));
};

type Step =
  | { type: "report"; proxy: number; id: number; bytes: number; state: number; user: string }
  | { type: "boot"; proxy: number }
  | { type: "pass"; seconds: number }
  | { type: "message"; lost: boolean };

const step: fc.Arbitrary<Step> = fc.oneof(
  {
    weight: 6,
    arbitrary: fc.record({
      type: fc.constant("report" as const),
      proxy: fc.nat(2),
      id: fc.nat(5),
      bytes: fc.nat(1000),
      state: fc.nat(4),
      user: fc.constantFrom("", "alice", "<b>", "__proto__"),
    }),
  },
  { weight: 1, arbitrary: fc.record({ type: fc.constant("boot" as const), proxy: fc.nat(2) }) },
  {
    weight: 1,
    arbitrary: fc.record({
      type: fc.constant("pass" as const),
      seconds: fc.constantFrom(1, 5, 20, 70),
    }),
  },
  {
    weight: 3,
    arbitrary: fc.record({ type: fc.constant("message" as const), lost: fc.boolean() }),
  },
);

/** Runs a story of reports; a lost message is followed by a full one some time, as for a slow viewer. */
function live(
  steps: readonly Step[],
  watch: (registry: Registry) => Watched & { note(proxyId: string, id: number | null): void },
  proxies: string[],
) {
  const registry = new Registry();
  let now = T0;
  const seqs = [0, 0, 0];
  const boots = [0, 0, 0];
  const topic = watch(registry);
  registry.onChange((proxyId, id) => topic.note(proxyId, id));
  const feed = new ConnectionFeed();
  take(feed, topic.full(now));
  let isBehind = false;
  const catchUp = () => {
    const text = topic.next(now);
    if (isBehind) take(feed, topic.full(now));
    else take(feed, text);
    isBehind = false;
  };
  for (const step of steps) {
    if (step.type === "message" && step.lost) {
      topic.next(now);
      isBehind = true;
    } else if (step.type === "message") {
      catchUp();
      assert.deepEqual(shownIn(feed), truthOf(registry, now, proxies));
    } else if (step.type === "pass") {
      now += 1000 * step.seconds;
      registry.tick(now);
    } else {
      const { proxy } = step;
      if (step.type === "boot") boots[proxy]++;
      const records = step.type === "boot" ? [] : [connection({
        ...{ id: step.id, bytes_sent: step.bytes, user: step.user },
        ...{ state: CONNECTION_STATES[step.state], last_activity: now / 1000 },
      })];
      const head = {
        ...{ proxy_id: `p-${proxy}`, seq: seqs[proxy]++, sent_at: now / 1000 },
        ...{ boot_id: boot(boots[proxy].toString(16).slice(-1)), refresh_s: 5 },
        start_time: T0 / 1000 - 100 + boots[proxy],
      };
      registry.apply(report(head, records), now);
    }
  }
  catchUp();
  assert.deepEqual(shownIn(feed), truthOf(registry, now, proxies));
  const sum = Object.values(feed.counts).reduce((sum, n) => sum + n, 0);
  assert.equal(sum, feed.rows().length);
  assert.ok(Object.values(feed.counts).every((n) => n >= 0));
}

Deno.test("ConnectionFeed holds what the manager knows of the fleet, whatever came or was lost", () => {
  const watch = (registry: Registry) => {
    const topic = new FleetTopic(registry);
    return {
      full: (now: number) => topic.full(now),
      next: (now: number) => topic.next(now),
      note: (proxyId: string, id: number | null) => id !== null && topic.note(proxyId, id),
    };
  };
  const all = ["p-0", "p-1", "p-2"];
  fc.assert(
    fc.property(fc.array(step, { maxLength: 40 }), (steps) => live(steps, watch, all)),
    { numRuns: 300 },
  );
});

Deno.test("ConnectionFeed holds what the manager knows of one proxy, whatever came or was lost", () => {
  const watch = (registry: Registry) => {
    const topic = new Topic(registry, "p-1");
    return {
      full: (now: number) => topic.full(now),
      next: (now: number) => topic.next(now),
      note: (proxyId: string, id: number | null) => proxyId === "p-1" && topic.note(id),
    };
  };
  fc.assert(
    fc.property(fc.array(step, { maxLength: 40 }), (steps) => live(steps, watch, ["p-1"])),
    { numRuns: 300 },
  );
});

Deno.test("STATES are numbered as the manager numbers them", () => {
  assert.deepEqual(STATES, [...CONNECTION_STATES]);
});

/** A message of the fleet's connections with these records. */
function message(records: Parameters<typeof connection>[0][], now = T0) {
  const registry = new Registry();
  registry.apply(report({ sent_at: now / 1000 }, records.map((record) => connection(record))), now);
  return new FleetTopic(registry).full(now);
}

Deno.test("ConnectionFeed keeps a row, its rate and its place over a full list, and drops what is not in it", () => {
  const feed = new ConnectionFeed();
  take(feed, message([{ id: 1 }, { id: 2 }]));
  const row = feed.get("edge-1", 1);
  assert.deepEqual(feed.appeared, { active: 0, closed: 0, denied: 0 });
  take(feed, message([{ id: 1, bytes_sent: 5_100 }, { id: 3 }], T0 + 5_000));
  assert.equal(feed.get("edge-1", 1), row);
  assert.equal(row?.meter.sent, 1000);
  assert.equal(feed.get("edge-1", 2), undefined);
  assert.deepEqual(feed.appeared, { active: 1, closed: 0, denied: 0 });
});

Deno.test("ConnectionFeed takes nothing before a full list, and counts by tab", () => {
  const feed = new ConnectionFeed();
  const registry = new Registry();
  const topic = new FleetTopic(registry);
  registry.onChange((proxyId, id) => id !== null && topic.note(proxyId, id));
  registry.apply(report({}, [connection()]), T0);
  take(feed, topic.next(T0));
  assert.equal(feed.known, false);
  assert.equal(feed.size, 0);
  take(feed, topic.full(T0));
  const ended = [
    connection({ id: 1, state: "closed" }),
    connection({ id: 2, state: "rejected" }),
    connection({ id: 3, state: "failed" }),
    connection({ id: 4, state: "connecting" }),
  ];
  registry.apply(report({ seq: 1 }, ended), T0 + 1000);
  take(feed, topic.next(T0 + 1000));
  assert.deepEqual(feed.counts, { active: 1, closed: 2, denied: 1 });
  assert.deepEqual(feed.appeared, { active: 1, closed: 2, denied: 1 });
});

Deno.test("ConnectionFeed knows a connection again that was dropped and told anew, and no other by its number", () => {
  const feed = new ConnectionFeed();
  const tell = (upsert: LiveConnection[], removed: number[] = [], full = false) =>
    finish(feed.apply(connections({ full, upsert, removed })));
  tell([told({ id: 7 })], [], true);
  const row = feed.get("edge-1", 7)!;
  assert.ok(feed.isOpen(row));
  tell([], [7]);
  assert.ok(!feed.isOpen(row) && row.gone);
  tell([told({ id: 7, start_time: 1001 })]);
  assert.ok(feed.isOpen(row));
  assert.notEqual(feed.current(row), row);
  tell([told({ id: 7, active: false, state: "closed" })]);
  assert.ok(!feed.isOpen(row));
  tell([told({ id: 7, start_time: 2000 })]);
  assert.ok(!feed.isOpen(row), "a later start of the proxy counts from 1 again");
  tell([], [7]);
  tell([told({ id: 7, client_port: 4 })]);
  assert.ok(!feed.isOpen(row));
});
