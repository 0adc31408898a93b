import { strict as assert } from "node:assert";
import { FAST, startFakeProxy } from "../../support/control_channel.ts";
import { startHub } from "../../support/control_hub.ts";
import { startCutter } from "../../support/cutter.ts";
import { eventually } from "../../support/eventually.ts";

const PING = 0x89;

Deno.test("A manager asks a silent proxy for a sign of life, ends one that gives none, and takes it back", async () => {
  await using manager = startHub({}, 3);
  const { hub, refusals } = manager;
  await using wire = startCutter(manager.port);
  let pings = 0;
  wire.onBytes = ([first], way) => {
    if (way === "down" && first === PING) pings++;
    return true;
  };
  // By itself this proxy would never ask.
  const timing = { ...FAST, handshake: 300, silence: 600_000 };
  await using proxy = startFakeProxy(wire.port, { timing });
  await eventually("it is asked", () => pings >= 1 && proxy.client.isConnected);
  wire.frozen = true;
  await eventually("it is taken for gone", () => hub.connected === 0);
  assert.ok(refusals.counts.silent_proxy >= 1);
  await eventually("it knows", () => !proxy.client.isConnected);
  wire.frozen = false;
  await eventually("it is back", () => proxy.client.isConnected && hub.connected === 1);
});
