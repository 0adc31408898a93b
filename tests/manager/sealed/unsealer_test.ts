import { strict as assert } from "node:assert";
import fc from "fast-check";
import { MAX_BOUND_BOOTS, type Opened, Unsealer } from "../../../manager/sealed/unsealer.ts";
import { keyIdOf, Sealer } from "../../../proxy/stats/seal.ts";
import { keyOf, KEYS, statsKey } from "../../support/sealed.ts";
import { boot } from "../../support/reports.ts";

const [A, B, C] = KEYS;
const REPORT = new TextEncoder().encode('{"v":1}');

/** A report sealed by this key as this boot's. */
function sealed(key: string, seq: number, bootId = boot("a")): Uint8Array {
  return new Sealer(keyOf(key), bootId).seal(REPORT, seq);
}

function opened(seq: number, bootId = boot("a"), boundTo: string | null = null): Opened {
  return { payload: REPORT, seal: { bootId, seq, boundTo } };
}

/** A boot id of this number. */
const nth = (n: number) => n.toString(16).padStart(32, "0");

Deno.test("Unsealer opens each report once, in whichever order they come", () => {
  const unsealer = new Unsealer([statsKey(A)]);
  for (const seq of [3, 0, 2, 1, 9, 5]) {
    assert.deepEqual(unsealer.open(sealed(A, seq)), opened(seq));
  }
  for (const seq of [0, 1, 2, 3, 5, 9]) assert.equal(unsealer.open(sealed(A, seq)), "replayed");
  assert.deepEqual(unsealer.open(sealed(A, 4)), opened(4));
  assert.deepEqual(unsealer.open(sealed(A, 3, boot("b"))), opened(3, boot("b")));
});

Deno.test("Unsealer says to whom a key is bound", () => {
  const unsealer = new Unsealer([statsKey(A), statsKey(B, "edge-1"), statsKey(C, "edge-1")]);
  assert.deepEqual(unsealer.open(sealed(A, 0)), opened(0));
  assert.deepEqual(unsealer.open(sealed(B, 0)), opened(0, boot("a"), "edge-1"));
  assert.deepEqual(unsealer.open(sealed(C, 0)), opened(0, boot("a"), "edge-1"));
});

Deno.test("Unsealer lets nobody who has another key disturb a boot", () => {
  const unsealer = new Unsealer([statsKey(A), statsKey(B)]);
  assert.deepEqual(unsealer.open(sealed(A, 0)), opened(0));
  assert.deepEqual(unsealer.open(sealed(B, 1_000_000)), opened(1_000_000));
  assert.deepEqual(unsealer.open(sealed(A, 1)), opened(1));
});

Deno.test("Unsealer changes keys without a report lost or taken twice", () => {
  const unsealer = new Unsealer([statsKey(A)]);
  assert.deepEqual(unsealer.open(sealed(A, 0)), opened(0));
  assert.equal(unsealer.open(sealed(B, 1)), "unknown_key");
  unsealer.setKeys([statsKey(A), statsKey(B)]);
  assert.equal(unsealer.open(sealed(A, 0)), "replayed");
  assert.deepEqual(unsealer.open(sealed(B, 3)), opened(3));
  assert.deepEqual(unsealer.open(sealed(A, 2)), opened(2));
  unsealer.setKeys([statsKey(B)]);
  assert.equal(unsealer.open(sealed(A, 4)), "unknown_key");
  assert.equal(unsealer.open(sealed(B, 3)), "replayed");
  assert.deepEqual(unsealer.open(sealed(B, 5)), opened(5));
  // A key that is now bound, or no longer, is no other key.
  unsealer.setKeys([statsKey(B, "edge-1")]);
  assert.deepEqual(unsealer.open(sealed(B, 6)), opened(6, boot("a"), "edge-1"));
});

Deno.test("Unsealer forgets the boot longest silent when there are too many", () => {
  const unsealer = new Unsealer([statsKey(A)], { maxBoots: 3 });
  for (const n of [1, 2, 3]) unsealer.open(sealed(A, 0, nth(n)));
  unsealer.open(sealed(A, 1, nth(1)));
  // What is replayed does not count as a sign of life.
  assert.equal(unsealer.open(sealed(A, 0, nth(2))), "replayed");
  unsealer.open(sealed(A, 0, nth(4)));
  for (const n of [1, 3, 4]) assert.equal(unsealer.open(sealed(A, 0, nth(n))), "replayed");
  assert.deepEqual(unsealer.open(sealed(A, 0, nth(2))), opened(0, nth(2)));
});

Deno.test("Unsealer lets a proxy with a key of its own crowd out nobody else's boots", () => {
  const unsealer = new Unsealer([statsKey(A), statsKey(B, "b"), statsKey(C, "c")], { maxBoots: 1 });
  unsealer.open(sealed(A, 0));
  unsealer.open(sealed(B, 0));
  for (let n = 0; n <= MAX_BOUND_BOOTS; n++) unsealer.open(sealed(C, 0, nth(n)));
  assert.equal(unsealer.open(sealed(A, 0)), "replayed");
  assert.equal(unsealer.open(sealed(B, 0)), "replayed");
  assert.deepEqual(unsealer.open(sealed(C, 0, nth(0))), opened(0, nth(0), "c"));
});

Deno.test("Unsealer keeps nothing of what strangers send", () => {
  const unsealer = new Unsealer([statsKey(A)], { maxBoots: 1 });
  assert.deepEqual(unsealer.open(sealed(A, 0)), opened(0));
  for (let n = 0; n < 100; n++) {
    const forged = sealed(B, n, nth(n));
    new DataView(forged.buffer).setUint32(4, keyIdOf(keyOf(A)));
    assert.equal(unsealer.open(forged), "bad_seal");
  }
  assert.equal(unsealer.open(sealed(A, 0)), "replayed");
});

Deno.test("Unsealer drops any mutation of a sealed report with a reason, and loses nothing by it", () => {
  const reasons = new Set<string>();
  const unsealer = new Unsealer([statsKey(A), statsKey(B, "edge-1")]);
  let seq = 0;
  const mutation = fc.record({
    at: fc.oneof(fc.nat(63), fc.nat()),
    xor: fc.integer({ min: 1, max: 255 }),
  });
  const mutations = fc.uniqueArray(mutation, {
    minLength: 1,
    maxLength: 8,
    selector: ({ at }) => at % sealed(A, 0).length,
  });
  fc.assert(
    fc.property(mutations, fc.constantFrom(A, B), (mutations, key) => {
      const good = sealed(key, seq);
      const bad = good.slice();
      for (const { at, xor } of mutations) bad[at % bad.length] ^= xor;
      const reason = unsealer.open(bad);
      assert.ok(typeof reason === "string", "opened");
      reasons.add(reason);
      // It has not taken the number, nor moved the window.
      assert.deepEqual(unsealer.open(good), opened(seq++, boot("a"), key === B ? "edge-1" : null));
    }),
    { numRuns: 3000 },
  );
  assert.deepEqual([...reasons].sort(), ["bad_seal", "unknown_key", "unknown_version", "unsealed"]);
});
