/** Restarts, late and duplicate datagrams, and clocks that are set, in any order. */
import { strict as assert } from "node:assert";
import fc from "fast-check";
import { proxySummary } from "../../../manager/api/views.ts";
import type { Report } from "../../../manager/fleet/report.ts";
import { Registry } from "../../../manager/registry.ts";
import { connection, report, T0 } from "../../support/reports.ts";

const INTERVAL_S = 5;
/** What the proxy sends at most, in bytes a second. */
const PACE = 1_000;
const MAX_DELAY_S = 30;

/** A proxy on a host of its own; `sent` is what it has sent in all its boots together. */
class Host {
  sent = 0;
  #boot = 0;
  #seq = 0;
  #startedAt = 0;
  #sentBefore = 0;

  /** `clockS` is how far its clock is off. */
  constructor(public clockS: number) {}

  get bootId(): string {
    return String(this.#boot).padStart(32, "0");
  }

  restart(nowS: number): void {
    this.#boot++;
    this.#seq = 0;
    this.#startedAt = T0 / 1000 + nowS + this.clockS;
    this.#sentBefore = this.sent;
  }

  report(nowS: number): Report {
    return report({
      boot_id: this.bootId,
      seq: this.#seq++,
      interval: INTERVAL_S,
      sent_at: T0 / 1000 + nowS + this.clockS,
      start_time: this.#startedAt,
      total_bytes_sent: this.sent - this.#sentBefore,
    }, [connection({ id: this.#boot })]);
  }
}

/** A host, a network that keeps what it carries, and a manager. */
class World {
  nowS = 10_000;
  readonly host: Host;
  registry = new Registry();
  #carried: { report: Report; atS: number }[] = [];
  #shown = 0;
  /** What was sent before the manager started. */
  #sentBefore = 0;

  constructor(clockS: number) {
    this.host = new Host(clockS);
    this.host.restart(this.nowS);
    this.registry.apply(report({ proxy_id: "bystander" }, [connection()]), T0);
  }

  send(): Report {
    const report = this.host.report(this.nowS);
    this.#carried.push({ report, atS: this.nowS });
    return report;
  }

  pass(seconds: number, pace: number): void {
    this.nowS += seconds;
    this.host.sent += Math.floor(seconds * pace);
    this.#carried = this.#carried.filter(({ atS }) => this.nowS - atS <= MAX_DELAY_S);
  }

  /** One of those that are under way arrives, and may arrive again. */
  deliver(which: number): void {
    const found = this.#carried.at(which % Math.max(1, this.#carried.length));
    if (found) this.arrive(found.report);
  }

  arrive(report: Report): void {
    this.registry.apply(report, T0 + this.nowS * 1000);
    this.check();
  }

  restartManager(): void {
    this.registry = new Registry();
    this.registry.apply(report({ proxy_id: "bystander" }, [connection()]), T0);
    this.#shown = 0;
    this.#sentBefore = this.host.sent;
  }

  check(): void {
    const nowMs = T0 + this.nowS * 1000;
    const { total_bytes_sent, rate_sent } = proxySummary(this.registry.get("edge-1")!, nowMs);
    assert.ok(total_bytes_sent >= this.#shown, "totals never run backwards");
    assert.ok(total_bytes_sent <= this.host.sent, "nor are they more than was sent");
    assert.ok(rate_sent >= 0 && rate_sent <= PACE * 1.001, `${rate_sent} is no rate of it`);
    this.#shown = total_bytes_sent;
    const bystander = this.registry.get("bystander")!;
    assert.deepEqual([bystander.totals.total_bytes_sent, bystander.datagrams], [1000, 1]);
    assert.deepEqual([...bystander.connections.records()], [connection()]);
  }

  /** The network is well again: some intervals pass, and each report arrives. */
  recover(): void {
    for (let i = 0; i < 5; i++) {
      this.pass(INTERVAL_S, PACE);
      this.arrive(this.send());
    }
  }
}

const act = fc.oneof(
  { weight: 6, arbitrary: fc.record({ kind: fc.constant("pass"), by: fc.nat({ max: 9 }) }) },
  { weight: 6, arbitrary: fc.record({ kind: fc.constant("send"), by: fc.constant(0) }) },
  { weight: 9, arbitrary: fc.record({ kind: fc.constant("deliver"), by: fc.nat({ max: 99 }) }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant("restart"), by: fc.constant(0) }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant("manager"), by: fc.constant(0) }) },
  {
    weight: 1,
    arbitrary: fc.record({
      kind: fc.constant("clock"),
      by: fc.constantFrom(-7200, -600, 600, 7200),
    }),
  },
);

function run(world: World, acts: { kind: string; by: number }[]): void {
  for (const { kind, by } of acts) {
    if (kind === "pass") world.pass(by, PACE * (by % 3) / 2);
    if (kind === "send") world.send();
    if (kind === "deliver") world.deliver(by);
    if (kind === "restart") world.host.restart(world.nowS);
    if (kind === "manager") world.restartManager();
    if (kind === "clock") world.host.clockS += by;
  }
}

Deno.test("Registry never shows totals that run backwards or rates that were not, whatever arrives when", () => {
  fc.assert(
    fc.property(
      fc.constantFrom(0, -86_400, 3600.5),
      fc.array(act, { maxLength: 120 }),
      (clockS, acts) => run(new World(clockS), acts),
    ),
    { numRuns: 2000 },
  );
});

Deno.test("Registry shows the boot that lives once the network is well, with its rate and connections", () => {
  fc.assert(
    fc.property(
      fc.constantFrom(0, -86_400, 3600.5),
      fc.array(act, { maxLength: 120 }),
      (clockS, acts) => {
        const world = new World(clockS);
        run(world, acts);
        world.recover();
        const entry = world.registry.get("edge-1")!;
        assert.equal(entry.state.boot_id, world.host.bootId);
        const nowMs = T0 + world.nowS * 1000;
        assert.equal(proxySummary(entry, nowMs).rate_sent, PACE);
        assert.equal(entry.status(nowMs), "online");
        assert.deepEqual([...entry.connections.records()].map(({ id }) => id), [
          Number(world.host.bootId),
        ]);
      },
    ),
    { numRuns: 1000 },
  );
});

Deno.test("Registry counts each boot's last words, though they come after the next boot's first", () => {
  const world = new World(0);
  world.pass(5, PACE);
  world.arrive(world.send());
  world.pass(5, PACE);
  const last = world.send();
  world.host.restart(world.nowS);
  world.pass(5, PACE);
  world.arrive(world.send());
  assert.equal(world.registry.get("edge-1")!.totals.total_bytes_sent, 10_000);
  world.arrive(last);
  assert.equal(world.registry.get("edge-1")!.totals.total_bytes_sent, 15_000);
  assert.deepEqual([...world.registry.get("edge-1")!.dropped], [["old_boot", 1]]);
});

Deno.test("Registry makes no rate of what was before it began, or before a boot was known", () => {
  const world = new World(0);
  world.pass(1000, PACE);
  world.arrive(world.send());
  const rate = () => proxySummary(world.registry.get("edge-1")!, T0 + world.nowS * 1000).rate_sent;
  assert.equal(rate(), 0);
  world.pass(5, PACE);
  world.arrive(world.send());
  assert.equal(rate(), PACE);
  world.host.restart(world.nowS);
  world.pass(20, PACE);
  world.arrive(world.send());
  assert.equal(rate(), 0, "a boot's first word is no interval");
});

Deno.test("Registry does not take a late report of an earlier boot for a restart, though it never saw that boot", () => {
  const world = new World(0);
  world.pass(5, PACE);
  const late = world.send();
  world.host.restart(world.nowS);
  world.pass(20, PACE);
  world.arrive(world.send());
  world.arrive(late);
  const entry = world.registry.get("edge-1")!;
  assert.equal(entry.state.boot_id, world.host.bootId);
  assert.deepEqual([...entry.dropped], [["old_boot", 1]]);
});

Deno.test("Registry takes a restart for one though the proxy's clock was set back while it ran before", () => {
  const world = new World(0);
  world.arrive(world.send());
  world.host.clockS -= 800;
  for (let i = 0; i < 30; i++) {
    world.pass(INTERVAL_S, PACE);
    world.arrive(world.send());
  }
  world.pass(1, PACE);
  world.host.restart(world.nowS);
  world.pass(1, PACE);
  world.arrive(world.send());
  assert.equal(world.registry.get("edge-1")!.state.boot_id, world.host.bootId);
});
