import { strict as assert } from "node:assert";
import { Intake, MAX_INGEST_BYTES } from "../../../manager/receiver/intake.ts";
import {
  MAX_BATCH,
  MAX_BATCH_BYTES,
  MAX_QUEUED,
  MAX_QUEUED_BYTES,
} from "../../../manager/receiver/queue.ts";

const PLENTY = { rate: 1_000_000 };

/** Everything that waits, in the order of arrival. */
function drain(intake: Intake): { text: string; source: string; isNew: boolean; atMs: number }[] {
  const all = [];
  for (let batch = intake.next(); batch; batch = intake.next()) {
    assert.ok(batch.items.length <= MAX_BATCH);
    assert.ok(batch.items.length === 1 || batch.bytes.length <= MAX_BATCH_BYTES);
    let at = 0;
    for (const { length, ...rest } of batch.items) {
      const text = new TextDecoder().decode(batch.bytes.subarray(at, at += length));
      all.push({ text, ...rest });
    }
    assert.equal(at, batch.bytes.length);
  }
  return all;
}

Deno.test("Intake hands datagrams on in batches as they came, with sender and time", () => {
  const intake = new Intake(PLENTY, 0);
  const buffer = new Uint8Array(8);
  for (let i = 0; i < 200; i++) {
    // The same buffer each time, as a socket fills it.
    const { written } = new TextEncoder().encodeInto(`n${i}`, buffer);
    intake.take(
      buffer.subarray(0, written),
      i % 2 ? "::ffff:192.0.2.1" : "2001:db8::1",
      i,
      5000 + i,
    );
  }
  intake.take(new Uint8Array(0), "192.0.2.2", 200, 5200);
  const all = drain(intake);
  assert.equal(all.length, 201);
  assert.deepEqual(all[0], { text: "n0", source: "2001:db8::1", isNew: true, atMs: 5000 });
  assert.deepEqual(all[199], { text: "n199", source: "192.0.2.1", isNew: true, atMs: 5199 });
  assert.equal(all[200].text, "");
  assert.deepEqual(intake.counters(), {
    datagrams: 0,
    bytes: 0,
    dropped: {},
    errors: 0,
    sources: 0,
  });
});

Deno.test("Intake drops what is too large or too much, and counts it by its reason", () => {
  const intake = new Intake({ rate: 2 }, 0);
  intake.take(new Uint8Array(MAX_INGEST_BYTES + 1), "192.0.2.1", 0, 0);
  for (let i = 0; i < 7; i++) intake.take(new Uint8Array(10), "192.0.2.1", 0, 0);
  intake.accepted(["192.0.2.1"], 0);
  for (let i = 0; i < 5; i++) intake.take(new Uint8Array(10), "192.0.2.1", 0, 0);
  assert.deepEqual(intake.counters(), {
    datagrams: 5,
    bytes: MAX_INGEST_BYTES + 1 + 40,
    dropped: { too_large: 1, stranger_rate: 3, source_rate: 1 },
    errors: 0,
    sources: 1,
  });
  assert.deepEqual(drain(intake).map(({ isNew }) => isNew), [
    ...Array(4).fill(true),
    ...Array(4).fill(false),
  ]);
});

Deno.test("Intake bounds what waits by count and by bytes, and counts the rest as overload", () => {
  const small = new Intake(PLENTY, 0);
  for (let i = 0; i < MAX_QUEUED + 3; i++) small.take(new Uint8Array(1), "192.0.2.1", 0, 0);
  assert.deepEqual([small.waiting, small.counters().dropped], [MAX_QUEUED, { overload: 3 }]);
  const large = new Intake(PLENTY, 0);
  const whole = new Uint8Array(MAX_INGEST_BYTES);
  const fit = Math.floor(MAX_QUEUED_BYTES / MAX_INGEST_BYTES);
  for (let i = 0; i < fit + 2; i++) large.take(whole, "192.0.2.1", 0, 0);
  assert.deepEqual([large.waiting, large.counters().dropped], [fit, { overload: 2 }]);
  assert.equal(drain(large).length, fit);
  large.take(whole, "192.0.2.1", 0, 0);
  assert.equal(large.waiting, 1, "there is room again");
});
