/**
 * The real collector, reporter, ingest and registry on a clock and a network that a seed makes, each held against
 * the truth. `SIMULATION_SEEDS=100 deno test -A tests/telemetry/simulation_test.ts` tells more and longer stories.
 */
import { strict as assert } from "node:assert";
import {
  crash,
  loss,
  restart,
  restartManager,
  stepProxyClock,
  tell,
  wave,
} from "../support/simulation/story.ts";
import type { WorldOptions } from "../support/simulation/world.ts";

const WORLD: WorldOptions = {
  ...{ seed: 1, interval: 5, bandwidth: 1_000_000, watched: true },
  ...{ connections: 500, churn: 0.01, busy: 0.05, link: 10_000_000 },
};

Deno.test("The manager's picture of a proxy is right again after each of several troubles", async () => {
  const troubles = [
    ...[crash(3), loss(0.2, 4), restart(40), stepProxyClock(3600), wave(0.2), restartManager(1)],
  ];
  assert.deepEqual(await tell(WORLD, 20, troubles), []);
});
