/** What a stranger who makes up names, boots and records can and cannot do to a fleet. */
import { strict as assert } from "node:assert";
import fc from "fast-check";
import { Ingest } from "../../manager/ingest.ts";
import { Registry } from "../../manager/registry.ts";
import { backend, boot, connection, datagram, report, T0 } from "../support/reports.ts";

/** A fleet of three that reports every 5 s, in a registry of `maxProxies`. */
class Fleet {
  readonly registry: Registry;
  readonly names = ["edge-1", "edge-2", "edge-3"];
  nowMs = T0;
  #seq = 0;

  constructor(maxProxies: number) {
    this.registry = new Registry({ maxProxies });
  }

  /** Five seconds pass, and all report. */
  beat(): void {
    this.nowMs += 5_000;
    for (const proxy_id of this.names) {
      const seq = this.#seq++;
      const sent_at = this.nowMs / 1000;
      const { registry } = this;
      assert.equal(registry.apply(report({ proxy_id, seq, sent_at }), this.nowMs), "applied");
    }
    this.registry.tick(this.nowMs);
  }

  forge(proxy_id: string): string {
    return this.registry.apply(report({ proxy_id, sent_at: this.nowMs / 1000 }), this.nowMs);
  }

  known(): string[] {
    return Array.from(this.registry.proxies(), ({ id }) => id);
  }
}

Deno.test("Registry keeps every live proxy through a flood of forged names, and bounds those", () => {
  const fleet = new Fleet(100);
  fleet.beat();
  let refused = 0;
  for (let round = 0; round < 50; round++) {
    for (let i = 0; i < 500; i++) {
      if (fleet.forge(`forged-${round}-${i}`) === "registry_full") refused++;
    }
    fleet.beat();
    assert.equal(fleet.registry.size, 100);
    for (const name of fleet.names) assert.ok(fleet.registry.get(name)?.isUp(fleet.nowMs));
  }
  assert.ok(refused > 0);
  for (let round = 0; round < 8; round++) fleet.beat();
  fleet.names.push("late");
  fleet.beat();
  assert.ok(
    fleet.known().includes("late"),
    "names that are made up make room once they are silent",
  );
});

Deno.test("Registry lets a made-up name go before a proxy with a history", () => {
  const fleet = new Fleet(5);
  for (let i = 0; i < 20; i++) fleet.beat();
  fleet.names.shift();
  for (let i = 0; i < 100; i++) fleet.beat();
  for (let i = 0; i < 2; i++) assert.equal(fleet.forge(`forged-${i}`), "applied");
  for (let i = 0; i < 10; i++) fleet.beat();
  for (let i = 2; i < 4; i++) assert.equal(fleet.forge(`forged-${i}`), "applied");
  assert.deepEqual(fleet.known().sort(), ["edge-1", "edge-2", "edge-3", "forged-2", "forged-3"]);
  assert.equal(fleet.forge("forged-4"), "applied", "where there is nobody else, the longest gone");
  assert.equal(fleet.registry.get("edge-1"), undefined);
  assert.equal(fleet.forge("forged-5"), "registry_full");
});

Deno.test("Registry lets no made-up name keep its place by claiming a long interval", () => {
  const fleet = new Fleet(5);
  fleet.beat();
  const slow = (proxy_id: string, seq: number) => {
    const sent_at = fleet.nowMs / 1000;
    return fleet.registry.apply(report({ proxy_id, seq, sent_at, interval: 3600 }), fleet.nowMs);
  };
  slow("forged", 0);
  slow("slow but real", 0);
  for (let i = 0; i < 12; i++) fleet.beat();
  slow("slow but real", 1);
  for (let i = 0; i < 60; i++) fleet.beat();
  assert.equal(fleet.forge("new"), "applied");
  assert.deepEqual([...fleet.names, "new", "slow but real"], fleet.known().sort());
  assert.equal(fleet.forge("newer"), "registry_full");
});

Deno.test("Registry refuses a newcomer while the place is taken, and takes it once that is silent", () => {
  const fleet = new Fleet(10);
  for (let i = 0; i < 10; i++) fleet.forge(`forged-${i}`);
  const first = report({ proxy_id: "real", sent_at: fleet.nowMs / 1000 });
  assert.equal(fleet.registry.apply(first, fleet.nowMs), "registry_full");
  fleet.nowMs += 30_000;
  assert.equal(fleet.registry.apply(first, fleet.nowMs), "applied");
});

Deno.test("Registry bounds what records take, however long their strings, and gives it back", () => {
  const registry = new Registry({ maxRecordBytes: 1_000_000, maxProxies: 50 });
  const long = (n: number) => "\u4e00".repeat(n);
  for (let p = 0; p < 50; p++) {
    const records = Array.from(
      { length: 100 },
      (_, id) => connection({ id, target: long(300), user: long(255), reason: long(64) }),
    );
    const reasons = Object.fromEntries(records.map((_, i) => [`${i}`.padEnd(64, "x"), i]));
    const backends = records.map((_, i) => backend({ name: `${i}`.padEnd(300, "x") }));
    registry.apply(report({ proxy_id: `p${p}` }, records, reasons, backends), T0);
  }
  const held = () => {
    let items = 0;
    for (const { connections, reasons, backends } of registry.proxies()) {
      items += connections.size + reasons.size + backends.records().length;
    }
    return items;
  };
  assert.ok(held() > 300 && held() < 3_000, `${held()} fit`);
  // All end, and others take their place.
  for (let p = 0; p < 50; p++) {
    registry.apply(report({ proxy_id: `p${p}`, seq: 1, state: "stopped" }), T0);
  }
  for (let p = 0; p < 50; p++) {
    assert.equal(
      registry.apply(report({ proxy_id: `q${p}` }, [connection()]), T0 + 2000),
      "applied",
    );
  }
  assert.equal(held(), 50);
});

Deno.test("Ingest lets nobody's datagram change another proxy, nor its own totals back", () => {
  const hostile = fc.record({
    proxy_id: fc.constantFrom("edge-1", "forged-1", "forged-2"),
    boot_id: fc.constantFrom("a", "b", "c").map(boot),
    seq: fc.nat({ max: 50 }),
    start_time: fc.constantFrom(0, 1, T0 / 1000 - 100, T0 / 1000, 1e11),
    sent_at: fc.constantFrom(0, T0 / 1000 - 60, T0 / 1000, T0 / 1000 + 60, 1e11),
    interval: fc.constantFrom(0.05, 5, 3600),
    refresh_s: fc.constantFrom(0, 5, 1e6),
    state: fc.constantFrom("running" as const, "draining" as const, "stopped" as const),
    total_bytes_sent: fc.constantFrom(0, 1, 5000, Number.MAX_SAFE_INTEGER),
  });
  const step = fc.record({ hostile, waitMs: fc.constantFrom(0, 1, 5_000, 60_000, 3_600_000) });
  fc.assert(
    fc.property(fc.array(step, { maxLength: 60 }), (steps) => {
      let now = T0;
      const registry = new Registry({ maxProxies: 3 });
      const ingest = new Ingest(registry, () => now);
      ingest.handle(datagram({ proxy_id: "bystander" }, [connection()]));
      const { totals } = registry.get("bystander")!;
      const shown = new Map<string, number>();
      for (const [i, { hostile, waitMs }] of steps.entries()) {
        now += waitMs;
        // The bystander lives: it reports whenever time has passed.
        ingest.handle(
          datagram({ proxy_id: "bystander", seq: i + 1, sent_at: now / 1000 }, [connection()]),
        );
        assert.notEqual(ingest.handle(datagram(hostile, [connection()])), "error");
        registry.tick(now);
        const entry = registry.get("bystander")!;
        assert.deepEqual(entry.totals, totals);
        assert.equal(entry.status(now), "online");
        assert.deepEqual([...entry.connections.records()], [connection()]);
        for (const { id, totals: { total_bytes_sent } } of registry.proxies()) {
          assert.ok(total_bytes_sent >= (shown.get(id) ?? 0), "totals never run backwards");
          assert.ok(total_bytes_sent <= Number.MAX_SAFE_INTEGER);
          shown.set(id, total_bytes_sent);
        }
        for (const id of shown.keys()) if (!registry.get(id)) shown.delete(id);
      }
    }),
    { numRuns: 500 },
  );
});
