import fc from "fast-check";
import { strict as assert } from "node:assert";
import { BUFFER_SIZES, BufferPool } from "../../../proxy/net/buffer.ts";
import { ByteReader } from "../../../proxy/net/reader.ts";
import { bytes, text } from "../../support/http_bytes.ts";
import { cut, scriptedConn } from "../../support/scripted_conn.ts";

/** A connection whose reads end when the test says so. */
function heldConn() {
  const reads: { into: Uint8Array; done: PromiseWithResolvers<number | null> }[] = [];
  const read = (into: Uint8Array) => {
    const done = Promise.withResolvers<number | null>();
    reads.push({ into, done });
    return done.promise;
  };
  return { conn: { read } as Deno.Conn, reads };
}

Deno.test("ByteReader keeps the unread part through fills, and says when the stream ends", async () => {
  const reader = new ByteReader(scriptedConn([bytes("abc"), bytes("def")]), new BufferPool());
  assert.equal(await reader.fill(), true);
  reader.consume(2);
  assert.equal(text(reader.view), "c");
  assert.equal(await reader.fill(), true);
  assert.equal(text(reader.view), "cdef");
  assert.equal(await reader.fill(), false);
  assert.deepEqual([text(reader.view), reader.available], ["cdef", 4]);
});

for (const size of [1, BUFFER_SIZES[0], BUFFER_SIZES[0] + 1, BUFFER_SIZES[1] + 1]) {
  Deno.test(`ByteReader begins with ${size} bytes that were read before it`, async () => {
    const early = crypto.getRandomValues(new Uint8Array(size));
    const reader = new ByteReader(scriptedConn([bytes("more")]), new BufferPool(), early);
    assert.deepEqual(reader.view, early);
    assert.equal(await reader.fill(), true);
    assert.deepEqual(reader.view.subarray(0, size), early);
    assert.equal(text(reader.view.subarray(size)), "more");
  });
}

Deno.test("ByteReader loses and repeats no byte, however much is taken between fills", async () => {
  const data = fc.uint8Array({ maxLength: 30_000 });
  await fc.assert(
    fc.asyncProperty(data, fc.array(fc.nat()), fc.array(fc.nat()), async (data, places, takes) => {
      const reader = new ByteReader(scriptedConn(cut(data, places)), new BufferPool());
      let got = "";
      const take = (n: number) => {
        got += text(reader.view.subarray(0, n));
        reader.consume(n);
      };
      while (await reader.fill()) take((takes.shift() ?? 0) % (reader.available + 1));
      take(reader.available);
      assert.ok(got === text(data));
    }),
  );
});

Deno.test("ByteReader makes room for what has to be seen whole, beyond its first buffer", async () => {
  const data = bytes("0123456789".repeat(7000));
  const reader = new ByteReader(scriptedConn([data]), new BufferPool(0));
  while (await reader.fill());
  assert.ok(text(reader.view) === text(data));
});

Deno.test("ByteReader joins a fill that is under way", async () => {
  const { conn, reads } = heldConn();
  const reader = new ByteReader(conn, new BufferPool());
  const fills = [reader.fill(), reader.fill()];
  assert.equal(reads.length, 1);
  reads[0].into[0] = 65;
  reads[0].done.resolve(1);
  assert.deepEqual(await Promise.all(fills), [true, true]);
  assert.equal(text(reader.view), "A");
});

Deno.test("ByteReader can fill again after a read that failed", async () => {
  const { conn, reads } = heldConn();
  const reader = new ByteReader(conn, new BufferPool());
  const failed = reader.fill();
  reads[0].done.reject(new Error("reset"));
  await assert.rejects(failed, /reset/);
  const fill = reader.fill();
  reads[1].done.resolve(null);
  assert.equal(await fill, false);
});

Deno.test("ByteReader.release gives the buffer back once, and no longer shows what was in it", async () => {
  const pool = new BufferPool();
  const reader = new ByteReader(scriptedConn([bytes("abc")]), pool);
  await reader.fill();
  const { buffer } = reader;
  reader.release();
  reader.release();
  assert.deepEqual([reader.available, reader.view.length], [0, 0]);
  assert.equal(pool.take(), buffer);
  assert.notEqual(pool.take(), buffer);
});

Deno.test("ByteReader.release waits for a read under way before another may have the buffer", async () => {
  for (const settle of ["resolve", "reject"] as const) {
    const pool = new BufferPool();
    const { conn, reads } = heldConn();
    const reader = new ByteReader(conn, pool);
    const fill = reader.fill().catch(() => {});
    const { buffer } = reader;
    reader.release();
    assert.notEqual(pool.take(), buffer);
    if (settle === "resolve") reads[0].done.resolve(3);
    else reads[0].done.reject(new Error("Interrupted"));
    await fill;
    await Promise.resolve();
    assert.equal(pool.take(), buffer, settle);
    assert.equal(reader.available, 0);
  }
});

Deno.test("ByteReader.release leaves none of the cap on large buffers taken", async () => {
  const pool = new BufferPool(BUFFER_SIZES[2]);
  for (let i = 0; i < 5; i++) {
    const { conn, reads } = heldConn();
    const reader = new ByteReader(conn, pool);
    for (const n of [BUFFER_SIZES[0], BUFFER_SIZES[1]]) {
      const fill = reader.fill();
      reads.at(-1)!.done.resolve(n);
      await fill;
      reader.consume(n);
    }
    const last = reader.fill().catch(() => {});
    assert.equal(reader.buffer.length, BUFFER_SIZES[2], `round ${i}`);
    reader.release();
    reads.at(-1)!.done.reject(new Error("Interrupted"));
    await last;
    await Promise.resolve();
  }
});

Deno.test("ByteReader.unlessEnded brings what the promise does, unless the stream ends before", async () => {
  const { conn, reads } = heldConn();
  const reader = new ByteReader(conn, new BufferPool());
  assert.equal(await reader.unlessEnded(Promise.resolve("quick")), "quick");
  const slow = Promise.withResolvers<string>();
  const watched = reader.unlessEnded(slow.promise);
  assert.equal(reads.length, 1, "the read that is under way is joined");
  reads[0].into.set(bytes("more"));
  reads[0].done.resolve(4);
  slow.resolve("slow");
  assert.equal(await watched, "slow");
  assert.equal(text(reader.view), "more", "what comes meanwhile is kept");
  reader.consume(4);
  const left = reader.unlessEnded(new Promise(() => {}));
  reads[1].done.resolve(null);
  await assert.rejects(left, { reason: "client_gone" });
});

Deno.test("ByteReader.handOver gives what was read ahead, and what the read under way brings", async () => {
  const ready = new ByteReader(scriptedConn([bytes("abc")]), new BufferPool());
  assert.deepEqual(ready.handOver(), { early: undefined, pending: undefined });
  const filled = new ByteReader(scriptedConn([bytes("abc")]), new BufferPool());
  await filled.fill();
  filled.consume(1);
  assert.deepEqual(filled.handOver(), { early: bytes("bc"), pending: undefined });
  for (const [n, expected] of [[2, bytes("xy")], [null, undefined]] as const) {
    for (const before of ["", "unread"]) {
      const { conn, reads } = heldConn();
      const reader = new ByteReader(conn, new BufferPool(), bytes(before));
      reader.onEnd = () => assert.fail("the reader is not asked any more");
      reader.tryFill();
      const { early, pending } = reader.handOver();
      assert.deepEqual(early, before ? bytes(before) : undefined);
      reads[0].into.set(bytes("xy"));
      reads[0].done.resolve(n);
      assert.deepEqual(await pending, expected);
    }
  }
});
