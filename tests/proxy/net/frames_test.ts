import { strict as assert } from "node:assert";
import fc from "fast-check";
import {
  BINARY,
  CLOSE,
  encodeClose,
  encodeFrame,
  type FrameEvent,
  FrameReader,
  PING,
  PONG,
  TEXT,
} from "../../../proxy/net/frames.ts";

const MORE = 0;
const MAX = 1000;
const bytes = (text: string) => new TextEncoder().encode(text);

interface Options {
  fin?: boolean;
  mask?: number[] | null;
  reserved?: number;
  /** What the header says, where the payload is not all there. */
  length?: number;
}

/** A frame as clients send them. */
function frame(
  opcode: number,
  payload: Uint8Array,
  { fin = true, mask = [1, 2, 3, 4], reserved = 0, length = payload.length }: Options = {},
): Uint8Array {
  const plain = encodeFrame(opcode, new Uint8Array(Math.min(length, 70_000)));
  const size = length < 126 ? 2 : length < 65_536 ? 4 : 10;
  const head = plain.slice(0, size);
  if (size === 10) new DataView(head.buffer).setBigUint64(2, BigInt(length));
  head[0] = (fin ? 0x80 : 0) | reserved | opcode;
  if (mask === null) return new Uint8Array([...head, ...payload]);
  head[1] |= 0x80;
  return new Uint8Array([...head, ...mask, ...payload.map((byte, i) => byte ^ mask[i & 3])]);
}

/** What the reader says of these bytes, given in pieces of this size. */
function read(frames: Uint8Array[], size = Infinity): FrameEvent[] {
  const all = new Uint8Array(frames.flatMap((each) => [...each]));
  const reader = new FrameReader(MAX);
  const events: FrameEvent[] = [];
  for (let at = 0; at < all.length; at += size) {
    events.push(...reader.push(all.subarray(at, Math.min(all.length, at + size))));
  }
  return events;
}

const words = (events: FrameEvent[]) =>
  events.map((event) => "text" in event ? event.text : "code" in event ? event.code : event.type);

Deno.test("FrameReader reads messages, in however many frames and pieces", () => {
  const a = bytes("a".repeat(400));
  const many = "b".repeat(MAX);
  const table: [name: string, frames: Uint8Array[], expected: (string | number)[]][] = [
    ["an empty one", [frame(TEXT, bytes(""))], [""]],
    ["one of the limit", [frame(TEXT, bytes(many))], [many]],
    ["one after the other", [frame(TEXT, bytes("x")), frame(TEXT, bytes("é"))], ["x", "é"]],
    [
      "one in parts, with a ping among them",
      [frame(TEXT, a, { fin: false }), frame(PING, bytes("?")), frame(MORE, bytes("!"))],
      ["ping", "a".repeat(400) + "!"],
    ],
    ["a letter in two parts", [
      frame(TEXT, bytes("é").subarray(0, 1), { fin: false }),
      frame(MORE, bytes("é").subarray(1)),
    ], ["é"]],
    ["a binary one", [frame(BINARY, a)], ["binary"]],
    ["pong and close", [frame(PONG, bytes("")), frame(CLOSE, bytes(""))], ["pong", 1000]],
    ["a close with a code", [frame(CLOSE, new Uint8Array([3, 233, 65]))], [1001]],
  ];
  for (const [name, frames, expected] of table) {
    for (const size of [1, 2, 3, 7, 100, Infinity]) {
      assert.deepEqual(words(read(frames, size)), expected, `${name} by ${size}`);
    }
  }
});

Deno.test("FrameReader stops at what is too big or no client's frame, before it has come", () => {
  const none = bytes("");
  const part = (text: string) => frame(TEXT, bytes(text), { fin: false });
  const table: [name: string, frames: Uint8Array[], code: number][] = [
    ["too big", [frame(TEXT, none, { length: MAX + 1 })], 1009],
    ["of 60 MB", [frame(TEXT, none, { length: 60 << 20 })], 1009],
    ["the longest of all", [frame(TEXT, none, { length: Number.MAX_SAFE_INTEGER })], 1009],
    ["too big in parts", [part("x".repeat(600)), frame(MORE, none, { length: 401 })], 1009],
    ["empty parts without end", [
      part(""),
      ...Array.from({ length: MAX + 1 }, () => frame(MORE, none, { fin: false })),
    ], 1009],
    ["not masked", [frame(TEXT, bytes("x"), { mask: null })], 1002],
    ["with an extension", [frame(TEXT, bytes("x"), { reserved: 0x40 })], 1002],
    ["of an unknown kind", [frame(3, none)], 1002],
    ["of an unknown kind of control", [frame(11, none)], 1002],
    ["a ping too big", [frame(PING, bytes("x".repeat(126)))], 1002],
    ["a ping in parts", [frame(PING, none, { fin: false })], 1002],
    ["the rest of nothing", [frame(MORE, none)], 1002],
    ["a new one within another", [part("x"), frame(TEXT, none)], 1002],
    ["not UTF-8", [frame(TEXT, new Uint8Array([0xff]))], 1007],
  ];
  for (const [name, frames, code] of table) {
    for (const size of [1, 5, Infinity]) {
      const events = read([...frames, frame(TEXT, bytes("behind"))], size);
      assert.deepEqual(words(events), [code], `${name} by ${size}`);
    }
  }
});

Deno.test("FrameReader reads what encodeFrame writes for either side, and refuses the other's", () => {
  const mask = new Uint8Array([9, 0, 200, 7]);
  for (const length of [0, 1, 125, 126, 1000]) {
    const text = "é".repeat(length / 2) + "x".repeat(length % 2);
    const of = (mask?: Uint8Array) => encodeFrame(TEXT, bytes(text), mask);
    for (const [frame, masked] of [[of(mask), true], [of(), false]] as const) {
      const reader = new FrameReader(MAX, masked);
      const cut = Math.min(3, frame.length);
      const events = [...reader.push(frame.subarray(0, cut)), ...reader.push(frame.subarray(cut))];
      assert.deepEqual(words(events), [text], `${length} ${masked}`);
      assert.deepEqual(words([...new FrameReader(MAX, !masked).push(frame)]), [1002]);
    }
  }
  const close = encodeClose(4401, "no", mask);
  assert.deepEqual([...new FrameReader(MAX).push(close)], [{ type: "close", code: 4401 }]);
});

Deno.test("FrameReader takes any bytes without a fault, however they are cut", () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 200 }), fc.integer({ min: 1, max: 50 }), (all, size) => {
      assert.deepEqual(read([all], size), read([all]));
    }),
  );
});

Deno.test("encodeFrame writes each length as RFC 6455 has it", () => {
  const table: [length: number, head: number[]][] = [
    [0, [0x81, 0]],
    [125, [0x81, 125]],
    [126, [0x81, 126, 0, 126]],
    [65_535, [0x81, 126, 255, 255]],
    [65_536, [0x81, 127, 0, 0, 0, 0, 0, 1, 0, 0]],
  ];
  for (const [length, head] of table) {
    const whole = encodeFrame(TEXT, new Uint8Array(length).fill(7));
    assert.deepEqual([...whole.subarray(0, head.length)], head);
    assert.deepEqual([whole.length, whole.at(-1)], [head.length + length, length > 0 ? 7 : 0]);
  }
  assert.deepEqual([...encodeClose(1001, "bye")], [0x88, 5, 3, 233, ...bytes("bye")]);
  assert.equal(encodeClose(1000, "x".repeat(500)).length, 127);
});
