import { strict as assert } from "node:assert";
import { Intake } from "../../../manager/receiver/intake.ts";
import { ReceiverThread } from "../../../manager/receiver/thread.ts";
import type { Seal } from "../../../manager/sealed/unsealer.ts";
import { Sealer } from "../../../proxy/stats/seal.ts";
import { eventually } from "../../support/eventually.ts";
import { boot } from "../../support/reports.ts";
import { keyOf, KEYS, statsKey } from "../../support/sealed.ts";

const [A, B] = KEYS;
const CHANNEL = "sealing receiver dies";
const DYING = new URL(
  `../../support/dying_worker.ts?channel=${encodeURIComponent(CHANNEL)}`,
  import.meta.url,
);
const CLEAR = new TextEncoder().encode("clear");
const REPORT = new TextEncoder().encode("report");

function sealed(key: string, seq: number): Uint8Array<ArrayBuffer> {
  return new Sealer(keyOf(key), boot("a")).seal(REPORT, seq);
}

Deno.test("Intake with keys hands on what it opens, and says how it was sealed", () => {
  const intake = new Intake({ rate: 1000, keys: [statsKey(A), statsKey(B, "edge-1")] }, 0);
  for (const datagram of [sealed(A, 5), sealed(B, 0)]) intake.take(datagram, "192.0.2.1", 0, 7);
  const batch = intake.next();
  assert.ok(batch);
  assert.equal(new TextDecoder().decode(batch.bytes), "reportreport");
  const common = { length: REPORT.length, source: "192.0.2.1", isNew: true, atMs: 7 };
  assert.deepEqual(batch.items, [
    { ...common, seal: { bootId: boot("a"), seq: 5, boundTo: null } },
    { ...common, seal: { bootId: boot("a"), seq: 0, boundTo: "edge-1" } },
  ]);
});

Deno.test("Intake counts what it cannot open by its reason, with all of its bytes", () => {
  const intake = new Intake({ rate: 1000, keys: [statsKey(A)] }, 0);
  const forged = sealed(A, 1);
  forged[40] ^= 1;
  const dropped = [CLEAR, sealed(B, 0), forged];
  for (const datagram of dropped) intake.take(datagram, "192.0.2.1", 0, 0);
  intake.take(sealed(A, 1), "192.0.2.1", 0, 0);
  intake.take(sealed(A, 1), "192.0.2.1", 0, 0);
  const counters = intake.counters();
  assert.deepEqual(counters.dropped, { unsealed: 1, unknown_key: 1, bad_seal: 1, replayed: 1 });
  assert.equal(counters.bytes, CLEAR.length + 3 * forged.length);
  assert.equal(intake.waiting, 1);
});

Deno.test("Intake without keys takes what is in clear, and nothing else", () => {
  const intake = new Intake({ rate: 1000 }, 0);
  intake.take(sealed(A, 0), "192.0.2.1", 0, 0);
  intake.take(CLEAR, "192.0.2.1", 0, 0);
  assert.deepEqual(intake.counters().dropped, { no_key: 1 });
  assert.deepEqual(intake.next()?.items.map(({ seal }) => seal), [undefined]);
});

Deno.test("ReceiverThread tells its thread of new keys, and the one that takes its place too", async () => {
  const got: (Seal | undefined)[] = [];
  const thread = new ReceiverThread(
    { listen: { host: "127.0.0.1", port: 0 }, rate: 1_000_000, keys: [statsKey(A)] },
    (_bytes, _source, _ageMs, seal) => got.push(seal) > 0,
    DYING,
  );
  await thread.start();
  const socket = Deno.listenDatagram({ hostname: "127.0.0.1", port: 0, transport: "udp" });
  let seq = 0;
  // Again and again, since what is sent while no thread receives is lost.
  const arrives = (what: string, key: string) =>
    eventually(what, async () => {
      await socket.send(sealed(key, seq++), thread.addr);
      return got.some((seal) => seal?.boundTo === (key === A ? null : "edge-1"));
    });
  try {
    await arrives("the first key's", A);
    thread.setKeys([statsKey(B, "edge-1")]);
    await arrives("the second key's", B);
    const channel = new BroadcastChannel(CHANNEL);
    channel.postMessage("die");
    channel.close();
    await eventually("it has died", () => thread.deaths === 1);
    got.length = 0;
    await arrives("the second key's after that", B);
    const before = thread.counters.dropped.unknown_key ?? 0;
    await eventually("the first key's is dropped", async () => {
      await socket.send(sealed(A, seq++), thread.addr);
      return (thread.counters.dropped.unknown_key ?? 0) > before;
    });
  } finally {
    socket.close();
    thread.stop();
  }
});
