import fc from "fast-check";
import { strict as assert } from "node:assert";
import { Buffer } from "node:buffer";
import { sinkParts } from "../../../proxy/http/gather.ts";
import { BufferPool } from "../../../proxy/net/buffer.ts";

const KIB = 1 << 10;

interface Written {
  all: Buffer;
  sizes: number[];
  passed: number[];
}

async function write(parts: Uint8Array[], passed: number, pool = new BufferPool()) {
  const pieces: Uint8Array[] = [];
  const written: Written = { all: Buffer.alloc(0), sizes: [], passed: [] };
  await sinkParts(parts, passed, async (bytes, passed) => {
    // What is written late still has to be right.
    await Promise.resolve();
    pieces.push(bytes.slice());
    written.sizes.push(bytes.length);
    written.passed.push(passed);
  }, pool);
  written.all = Buffer.concat(pieces);
  return written;
}

const of = (...sizes: number[]) =>
  sizes.map((size, i) => new Uint8Array(size).map((_, at) => at * 7 + i));

Deno.test("sinkParts joins small neighbours and copies no large part", async () => {
  const cases: [parts: number[], sizes: number[]][] = [
    [[], [0]],
    [[5], [5]],
    [[1 << 20], [1 << 20]],
    [[6, 100, 2], [108]],
    [[6, 16 * KIB, 2, 6, 16 * KIB, 2], [6, 16 * KIB, 8, 16 * KIB, 2]],
    [Array(9).fill(8 * KIB), [64 * KIB, 8 * KIB]],
  ];
  for (const [parts, sizes] of cases) {
    const written = await write(of(...parts), 42);
    assert.deepEqual(written.sizes, sizes);
    assert.equal(written.passed.pop(), 42);
    assert.ok(written.passed.every((passed) => passed === 0));
  }
});

Deno.test("sinkParts writes every byte in its order", async () => {
  const sizes = fc.array(fc.integer({ min: 0, max: 40 * KIB }), { maxLength: 12 });
  const pool = new BufferPool();
  await fc.assert(fc.asyncProperty(sizes, async (sizes) => {
    const parts = of(...sizes);
    assert.ok((await write(parts, 0, pool)).all.equals(Buffer.concat(parts)));
  }));
});

Deno.test("sinkParts gives its buffer back where a write fails too", async () => {
  for (const fails of [false, true]) {
    const pool = new BufferPool();
    let used: ArrayBufferLike | undefined;
    const writing = sinkParts(of(3, 4), 0, (bytes) => {
      used = bytes.buffer;
      return fails ? Promise.reject(new Error("gone")) : Promise.resolve();
    }, pool);
    await (fails ? assert.rejects(writing, /gone/) : writing);
    assert.equal(pool.take().buffer, used);
  }
});
