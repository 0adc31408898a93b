import fc from "fast-check";
import { strict as assert } from "node:assert";
import { BUFFER_SIZES, BufferPool } from "../../../proxy/net/buffer.ts";

type Buffer = Uint8Array<ArrayBuffer>;
const [SMALL, MEDIUM, LARGE] = BUFFER_SIZES;

/** Grows a buffer until the pool lets it grow no further; returns it. */
function growFully(pool: BufferPool, buffer: Buffer = pool.take()): Buffer {
  for (;;) {
    const next = pool.adapt(buffer, buffer.length);
    if (next === buffer) return buffer;
    buffer = next;
  }
}

Deno.test("BufferPool begins small and grows a step for each read that fills the buffer", () => {
  const pool = new BufferPool();
  let buffer = pool.take();
  const sizes = [buffer.length];
  for (let i = 0; i < 6; i++) sizes.push((buffer = pool.adapt(buffer, buffer.length)).length);
  assert.deepEqual(sizes, [...BUFFER_SIZES, BUFFER_SIZES[4], BUFFER_SIZES[4]]);
});

Deno.test("BufferPool keeps the buffer while reads fill a part of it, and shrinks a dry one", () => {
  const pool = new BufferPool();
  const buffer = growFully(pool);
  assert.equal(pool.adapt(buffer, buffer.length - 1), buffer);
  assert.equal(pool.adapt(buffer, buffer.length / 4), buffer);
  assert.equal(pool.adapt(buffer, LARGE + 1).length, BUFFER_SIZES[3]);
  assert.equal(pool.adapt(growFully(pool), 100).length, SMALL);
  const small = pool.take();
  assert.equal(pool.adapt(small, 0), small);
});

Deno.test("BufferPool hands a buffer that was given back out again", () => {
  const pool = new BufferPool();
  const buffer = pool.take();
  pool.give(buffer);
  assert.equal(pool.take(), buffer);
  assert.notEqual(pool.take(), buffer);
});

Deno.test("BufferPool keeps no more bytes of a size than it was told", () => {
  const pool = new BufferPool(64 << 20, SMALL * 2);
  const buffers = [pool.take(), pool.take(), pool.take()];
  for (const buffer of buffers) pool.give(buffer);
  const again = new Set([pool.take(), pool.take(), pool.take()]);
  assert.equal(buffers.filter((buffer) => again.has(buffer)).length, 2);
});

Deno.test("BufferPool ignores what is not one of its buffers", () => {
  const pool = new BufferPool();
  pool.give(new Uint8Array(0));
  pool.give(new Uint8Array(SMALL + 1));
  assert.equal(pool.take().length, SMALL);
});

Deno.test("BufferPool hands out no large buffer beyond its cap, and again once one is back", () => {
  const pool = new BufferPool(LARGE);
  const first = growFully(pool);
  assert.equal(first.length, LARGE);
  const second = growFully(pool);
  assert.equal(second.length, MEDIUM);
  pool.give(first);
  assert.equal(growFully(pool, second).length, LARGE);
});

Deno.test("BufferPool.enlarge keeps the content, beyond the cap too, and counts what it hands out", () => {
  const pool = new BufferPool(LARGE);
  let buffer = pool.take();
  buffer.set([1, 2, 3]);
  const sizes = [];
  for (let i = 0; i < 5; i++) {
    buffer = pool.enlarge(buffer);
    sizes.push(buffer.length);
    assert.deepEqual([...buffer.subarray(0, 3)], [1, 2, 3]);
  }
  assert.deepEqual(sizes, [...BUFFER_SIZES.slice(1), BUFFER_SIZES[4] * 2]);
  // What was enlarged and given back leaves the cap as it was.
  for (let i = 0; i < 10; i++) pool.give(pool.enlarge(pool.enlarge(pool.enlarge(pool.take()))));
  const held = [growFully(pool), growFully(pool), growFully(pool)];
  assert.deepEqual(held.map((buffer) => buffer.length), [LARGE, MEDIUM, MEDIUM]);
});

Deno.test("BufferPool never exceeds its cap of large buffers, whatever is asked of it", () => {
  const cap = 3 << 20;
  const step = fc.tuple(fc.constantFrom("take", "fill", "dry", "part", "give"), fc.nat());
  fc.assert(fc.property(fc.array(step, { maxLength: 200 }), (steps) => {
    const pool = new BufferPool(cap, 1 << 20);
    const held: Buffer[] = [];
    for (const [action, n] of steps) {
      const i = n % Math.max(1, held.length);
      if (action === "take" || held.length === 0) held.push(pool.take());
      else if (action === "give") pool.give(held.splice(i, 1)[0]);
      else {
        const { length } = held[i];
        const read = action === "fill" ? length : action === "dry" ? n % 64 : length >> 1;
        held[i] = pool.adapt(held[i], read);
        assert.ok(held[i].length >= Math.min(read, SMALL));
      }
      const large = held.filter(({ length }) => length >= LARGE);
      assert.ok(large.reduce((sum, { length }) => sum + length, 0) <= cap);
      assert.equal(new Set(held).size, held.length, "one buffer in two hands");
    }
    for (const buffer of held) pool.give(buffer);
    // Nothing of the cap is lost: three of the largest fit again.
    const again = [growFully(pool), growFully(pool), growFully(pool)];
    assert.deepEqual(again.map(({ length }) => length), [1 << 20, 1 << 20, 1 << 20]);
  }));
});
