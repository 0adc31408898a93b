import { strict as assert } from "node:assert";
import {
  DATAGRAM_BYTES,
  DatagramBuffers,
  SMALL_DATAGRAM_BYTES,
} from "../../../proxy/net/datagram_buffers.ts";

Deno.test("DatagramBuffers gives buffers that do not overlap, and the same again", () => {
  const buffers = new DatagramBuffers();
  const taken = Array.from({ length: 40 }, () => buffers.take());
  for (const [i, buffer] of taken.entries()) {
    assert.equal(buffer.length, DATAGRAM_BYTES);
    buffer.fill(i);
  }
  for (const [i, buffer] of taken.entries()) assert.ok(buffer.every((byte) => byte === i));
  buffers.give(taken[7]);
  assert.equal(buffers.take(), taken[7]);
});

Deno.test("DatagramBuffers gives small ones beyond its cap, and large ones again once they are back", () => {
  const buffers = new DatagramBuffers(1 << 20);
  const large = Array.from({ length: 16 }, () => buffers.take());
  assert.ok(large.every((buffer) => buffer.length === DATAGRAM_BYTES));
  const small = buffers.take();
  assert.equal(small.length, SMALL_DATAGRAM_BYTES);
  buffers.give(small);
  assert.equal(buffers.take().length, SMALL_DATAGRAM_BYTES);
  buffers.give(large[0]);
  assert.equal(buffers.take(), large[0]);
});
