import { strict as assert } from "node:assert";
import { FrameMeter } from "../../../manager/http/frames.ts";

const TEXT = 1;
const MORE = 0;
const PING = 9;

/** A frame as clients send them; a mask of zeros leaves the payload as it is. */
function frame(opcode: number, length: number, fin = true, mask = true): Uint8Array {
  const head = [(fin ? 0x80 : 0) | opcode];
  const masked = mask ? 0x80 : 0;
  if (length < 126) head.push(masked | length);
  else if (length < 65_536) head.push(masked | 126, length >> 8, length & 255);
  else {head.push(
      masked | 127,
      0,
      0,
      0,
      0,
      length >>> 24,
      length >> 16 & 255,
      length >> 8 & 255,
      length & 255,
    );}
  return new Uint8Array([
    ...head,
    ...(mask ? [0, 0, 0, 0] : []),
    ...new Uint8Array(length).fill(0xff),
  ]);
}

const join = (frames: Uint8Array[]) => new Uint8Array(frames.flatMap((each) => [...each]));

/** How many bytes pass, in pieces of this size. */
function pass(bytes: Uint8Array, max: number, size: number): number {
  const meter = new FrameMeter(max);
  for (let at = 0; at < bytes.length; at += size) {
    const piece = bytes.subarray(at, at + size);
    const passed = meter.take(piece);
    if (passed < piece.length) return at + passed;
  }
  return bytes.length;
}

Deno.test("FrameMeter lets messages up to the limit pass, in however many frames", () => {
  const table: [name: string, frames: Uint8Array[]][] = [
    ["an empty one", [frame(TEXT, 0)]],
    ["one of the limit", [frame(TEXT, 1000)]],
    ["many", Array.from({ length: 20 }, () => frame(TEXT, 900))],
    ["one in pieces", [frame(TEXT, 400, false), frame(MORE, 300, false), frame(MORE, 300)]],
    ["pings among the pieces", [frame(TEXT, 900, false), frame(PING, 100), frame(MORE, 100)]],
    ["not masked", [frame(TEXT, 5, true, false), frame(TEXT, 1000)]],
  ];
  for (const [name, frames] of table) {
    const bytes = join(frames);
    for (const size of [1, 2, 3, 7, 100, bytes.length]) {
      assert.equal(pass(bytes, 1000, size), bytes.length, `${name} by ${size}`);
    }
  }
});

Deno.test("FrameMeter stops before the frame that makes a message too big", () => {
  const small = frame(TEXT, 10);
  const table: [name: string, before: Uint8Array[], last: Uint8Array][] = [
    ["a frame too big", [small], frame(TEXT, 1001)],
    ["one of 70,000 bytes", [], frame(TEXT, 70_000)],
    ["too much in pieces", [small, frame(TEXT, 600, false)], frame(MORE, 401)],
    ["endless pieces", [frame(TEXT, 500, false), frame(MORE, 500, false)], frame(MORE, 1, false)],
    ["a ping too big", [], frame(PING, 2000)],
  ];
  for (const [name, before, last] of table) {
    const passed = join(before).length;
    const bytes = join([...before, last]);
    // A header cut in two may have passed in part: that much is no message.
    for (const size of [1, 5, bytes.length]) {
      const cut = pass(bytes, 1000, size);
      assert.ok(cut >= passed && cut < passed + 10, `${name} by ${size}: ${cut} of ${passed}`);
    }
  }
});

Deno.test("FrameMeter takes the longest length that can be written for what it is", () => {
  const meter = new FrameMeter(65_536);
  assert.equal(meter.take(new Uint8Array([0x81, 0xff, ...new Array(8).fill(0xff), 1, 2, 3])), 0);
});
