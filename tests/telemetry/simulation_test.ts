/**
 * The real collector, reporter, ingest and registry on a clock and a network that a seed makes, each held against
 * the truth. `SIMULATION_SEEDS=500 deno test -A tests/telemetry/simulation_test.ts` tells that many more stories.
 */
import { strict as assert } from "node:assert";
import {
  crash,
  loss,
  partition,
  restart,
  restartManager,
  stepManagerClock,
  stepProxyClock,
  tell,
  wave,
} from "../support/simulation/story.ts";
import type { WorldOptions } from "../support/simulation/world.ts";

const SMALL: WorldOptions = {
  ...{ seed: 1, interval: 5, bandwidth: 1_000_000, watched: true },
  ...{ connections: 500, churn: 0.01, busy: 0.05, link: 10_000_000 },
};
const LARGE: WorldOptions = { ...SMALL, connections: 10_000, watched: false };
const SEEDS = 6;
const MORE_SEEDS = Number(Deno.env.get("SIMULATION_SEEDS") ?? 0);

function seeds(count: number): number[] {
  return Array.from({ length: count }, (_, i) => i + 1);
}

Deno.test("A proxy's picture in the manager is right again after any trouble", async () => {
  for (const seed of seeds(SEEDS + MORE_SEEDS)) {
    assert.deepEqual(await tell({ ...SMALL, seed }, 100), [], `seed ${seed}`);
  }
});

Deno.test("The picture of 10,000 connections is right again after any trouble", async () => {
  for (const seed of seeds(1 + Math.floor(MORE_SEEDS / 20))) {
    assert.deepEqual(await tell({ ...LARGE, seed }, 100), [], `seed ${seed}`);
  }
});

Deno.test("No live connection is dropped at 30 % loss, however long that lasts", async () => {
  for (const seed of seeds(1 + Math.floor(MORE_SEEDS / 20))) {
    const options = { ...SMALL, seed, connections: 2000, watched: false };
    assert.deepEqual(await tell(options, 100, [loss(0.3, 90)]), [], `seed ${seed}`);
  }
});

Deno.test("Totals survive every restart of a proxy, with its last words or without", async () => {
  const troubles = [crash(0), restart(0), crash(3), restart(40), crash(60), loss(0.6, 5), crash(1)];
  assert.deepEqual(await tell(SMALL, 60, troubles), []);
});

Deno.test("A manager that starts again has the whole picture, also in bad weather", async () => {
  const troubles = [
    restartManager(1),
    wave(0.3),
    restartManager(30),
    loss(0.5, 6),
    restartManager(0),
  ];
  assert.deepEqual(await tell(SMALL, 60, troubles), []);
});

Deno.test("No clock that is set makes a picture wrong, on either side", async () => {
  const troubles = [
    ...[stepProxyClock(-3600), loss(0.3, 3), stepProxyClock(86_400), crash(2), wave(0.2)],
    ...[stepManagerClock(3600), partition(3), stepManagerClock(-7200), loss(0.2, 3), restart(2)],
  ];
  assert.deepEqual(await tell(SMALL, 100, troubles), []);
});

Deno.test("The picture is right with little bandwidth, short intervals, and nothing that is idle", async () => {
  assert.deepEqual(await tell({ ...SMALL, bandwidth: 50_000, connections: 1000 }, 60), []);
  assert.deepEqual(await tell({ ...SMALL, interval: 1, seed: 2 }, 100), []);
  assert.deepEqual(await tell({ ...SMALL, busy: 1, churn: 0.05, seed: 3 }, 60), []);
});
