import { strict as assert } from "node:assert";
import { configure, type LogRecord, reset } from "@logtape/logtape";
import { IngestStats } from "../../manager/ingest_stats.ts";
import { T0 } from "../support/reports.ts";

function newStats() {
  const own = { datagrams: 0, bytes: 0, legacy: 0, dropped: {} as Record<string, number> };
  const counters = {
    datagrams: 0,
    bytes: 0,
    dropped: {} as Record<string, number>,
    errors: 0,
    sources: 0,
  };
  const receiving = { counters, deaths: 0 };
  return { own, counters, receiving, stats: new IngestStats(own, receiving) };
}

/** The warnings that are logged while this runs. */
async function warningsOf(run: () => void): Promise<string[]> {
  const records: LogRecord[] = [];
  await configure({
    sinks: { memory: (record) => records.push(record) },
    loggers: [
      { category: "rustproxy", sinks: ["memory"], lowestLevel: "warning" },
      { category: ["logtape", "meta"], sinks: [], lowestLevel: "error" },
    ],
  });
  try {
    run();
  } finally {
    await reset();
  }
  return records.map(({ message }) => message.join(""));
}

Deno.test("IngestStats adds what the receiver dropped to what was handled, each once", () => {
  const { own, counters, receiving, stats } = newStats();
  Object.assign(own, { datagrams: 10, bytes: 1000, legacy: 1, dropped: { not_json: 2, x: 1 } });
  Object.assign(counters, { datagrams: 5, bytes: 50, dropped: { overload: 4, x: 1 }, errors: 3 });
  counters.sources = 7;
  receiving.deaths = 1;
  assert.deepEqual(stats.figures(), {
    datagrams: 15,
    bytes: 1050,
    legacy: 1,
    dropped: { not_json: 2, x: 2, overload: 4 },
    datagrams_per_s: 0,
    bytes_per_s: 0,
    sources: 7,
    receive_errors: 3,
    receiver_restarts: 1,
  });
});

Deno.test("IngestStats gives the rates of the last ten seconds", () => {
  const { own, counters, stats } = newStats();
  for (let s = 0; s <= 60; s++) {
    stats.tick(T0 + s * 1000);
    own.datagrams += s < 30 ? 100 : 7;
    own.bytes += s < 30 ? 1000 : 0;
    counters.datagrams += s < 30 ? 0 : 0.5;
    if (s === 29) {
      assert.deepEqual([stats.figures().datagrams_per_s, stats.figures().bytes_per_s], [100, 1000]);
    }
  }
  assert.deepEqual([stats.figures().datagrams_per_s, stats.figures().bytes_per_s], [7.5, 0]);
});

Deno.test("IngestStats warns once a minute of what a bound drops, and not of what is wrong", async () => {
  const { own, counters, stats } = newStats();
  const warnings = await warningsOf(() => {
    for (let s = 0; s < 150; s++) {
      own.dropped.not_json = s;
      if (s < 100) own.dropped.registry_full = 10 * s;
      if (s === 5) counters.dropped.overload = 3;
      stats.tick(T0 + s * 1000);
    }
  });
  assert.deepEqual(warnings.map((each) => /: (.*?)\. /.exec(each)?.[1]), [
    "registry_full 10",
    "registry_full 600, overload 3",
    "registry_full 380",
  ]);
});
