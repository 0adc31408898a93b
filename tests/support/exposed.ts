import { strict as assert } from "node:assert";
import { type RunningManager, startManager } from "../../manager/mod.ts";
import { managerOptionsSchema } from "../../manager/options.ts";
import { eventually } from "./eventually.ts";
import { ask, type RawReply, request } from "./raw_http.ts";

const DEPS = { version: "0.1.0", dashboardDir: new URL("file:///not/built/") };

/** A manager with these flags, and what one does to it over raw sockets. */
export interface Exposed {
  manager: RunningManager;
  port: number;
  /** What these bytes are answered; null where the connection ends without an answer. */
  ask(bytes: string | Uint8Array): Promise<RawReply | null>;
  /** Throws unless the manager comes to count just so many refusals. */
  counts(expected: Record<string, number>): Promise<void>;
}

/** Starts a manager with these flags on free ports, and stops it afterwards. */
export async function withExposed(
  flags: Record<string, unknown>,
  test: (exposed: Exposed) => Promise<void>,
): Promise<void> {
  const listen = "127.0.0.1:0";
  const options = managerOptionsSchema.parse({ listen, history: false, ...flags });
  const manager = await startManager(options, DEPS);
  const { port } = manager.addr;
  try {
    await test({
      manager,
      port,
      ask: (bytes) => ask(port, bytes),
      counts: (expected) => countsBecome(port, options.basePath, expected),
    });
  } finally {
    await manager.stop();
  }
}

async function countsBecome(
  port: number,
  basePath: string,
  expected: Record<string, number>,
): Promise<void> {
  let counts = {};
  await eventually("the refusals are counted", async () => {
    counts = await readCounts(port, basePath);
    assert.deepEqual(counts, expected);
    return true;
  }).catch(() => assert.deepEqual(counts, expected));
}

/** The refusals in /metrics that have happened. */
async function readCounts(port: number, basePath: string): Promise<Record<string, number>> {
  const reply = await ask(port, request("GET", `${basePath}/metrics`, "Connection: close"));
  const counts: Record<string, number> = {};
  for (
    const [, reason, n] of reply!.body.matchAll(
      /^rustproxy_http_refused_total\{reason="(\w+)"\} (\d+)$/gm,
    )
  ) {
    if (Number(n) > 0) counts[reason] = Number(n);
  }
  return counts;
}
