import { strict as assert } from "node:assert";
import fc from "fast-check";
import { TokenBucket } from "../../../proxy/net/token_bucket.ts";

Deno.test("TokenBucket gives its burst at once and no more", () => {
  const bucket = new TokenBucket(5, 5, 1000);
  for (let i = 0; i < 5; i++) assert.equal(bucket.tryTake(1000), true);
  assert.equal(bucket.tryTake(1000), false);
});

Deno.test("TokenBucket refills to the millisecond, however often it is asked meanwhile", () => {
  const asked = new TokenBucket(3, 3, 0, 0);
  const taken: number[] = [];
  for (let now = 0; now <= 3000; now++) if (asked.tryTake(now)) taken.push(now);
  assert.deepEqual(taken, [334, 667, 1000, 1334, 1667, 2000, 2334, 2667, 3000]);
});

Deno.test("TokenBucket holds no more than its burst after any pause", () => {
  const bucket = new TokenBucket(10, 4, 0, 0);
  assert.equal(bucket.isFull(399), false);
  assert.equal(bucket.isFull(400), true);
  const day = 86_400_000;
  let taken = 0;
  while (bucket.tryTake(day)) taken++;
  assert.equal(taken, 4);
});

Deno.test("TokenBucket.take says when what it lends has come in", () => {
  const bucket = new TokenBucket(1000, 200, 0);
  assert.equal(bucket.take(200, 0), 0);
  assert.equal(bucket.take(50, 0), 50);
  assert.equal(bucket.take(50, 0), 100);
  assert.equal(bucket.take(0, 99), 1);
  assert.equal(bucket.take(1, 100), 1);
  bucket.giveBack(1);
  assert.equal(bucket.take(0, 100), 0);
});

Deno.test("TokenBucket takes no notice of a clock that runs backwards", () => {
  const bucket = new TokenBucket(1, 1, 1000);
  assert.equal(bucket.tryTake(1000), true);
  assert.equal(bucket.tryTake(0), false);
  assert.equal(bucket.tryTake(1999), false);
  assert.equal(bucket.tryTake(2000), true);
});

Deno.test("TokenBucket never gives more in any time than its burst and the rate", () => {
  const pauses = fc.array(fc.nat(3000), { maxLength: 200 });
  const size = fc.integer({ min: 1, max: 50 });
  fc.assert(fc.property(size, size, pauses, (rate, burst, pauses) => {
    const bucket = new TokenBucket(rate, burst, 0);
    const taken: number[] = [];
    let now = 0;
    for (const pause of pauses) {
      now += pause;
      if (bucket.tryTake(now)) taken.push(now);
    }
    for (const [i, from] of taken.entries()) {
      for (let j = i; j < taken.length; j++) {
        assert.ok((j - i + 1) * 1000 <= burst * 1000 + (taken[j] - from) * rate);
      }
    }
  }));
});
