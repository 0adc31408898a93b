import { strict as assert } from "node:assert";
import { CLOSE, encodeFrame, PING, PONG, TEXT } from "../../../proxy/net/frames.ts";
import { ServerSocket, TextFrames } from "../../../manager/http/server_socket.ts";
import { frame } from "../../support/raw_viewer.ts";

const HEAD = new TextEncoder().encode("HTTP/1.1 101 Switching Protocols\r\n\r\n");
const NOTHING = new Uint8Array(0);

/** A socket on a connection whose client takes bytes only while it `reads`, with a clock of its own. */
function setUp() {
  const seen = { now: 0, reads: true, written: [] as Uint8Array[], log: [] as string[] };
  const conn = {
    write(bytes: Uint8Array): Promise<number> {
      if (!seen.reads) return new Promise<number>(() => {});
      seen.written.push(bytes);
      return Promise.resolve(bytes.length);
    },
  };
  const socket = new ServerSocket(conn as Deno.TcpConn, HEAD, {
    events: {
      onMessage: (text) => seen.log.push(`message ${text}`),
      onClose: () => seen.log.push("closed"),
    },
    peer: "viewer",
    ...{ maxMessage: 1000, idleMs: 30_000, stallMs: 20_000, lingerMs: 2_000 },
    frames: new TextFrames(),
    now: () => seen.now,
    refuse: (refusal) => seen.log.push(refusal),
    end: () => seen.log.push("end"),
  });
  const tick = (ms: number) => socket.tick(seen.now += ms);
  /** The kinds of the frames that were written since the last call. */
  const kinds = async () => {
    for (let turn = 0; turn < 50; turn++) await Promise.resolve();
    return seen.written.splice(0).filter(([first]) => first >= 0x80).map(([first]) => first & 15);
  };
  return { seen, socket, tick, kinds };
}

Deno.test("ServerSocket pings a silent client, and closes with 1001 where it does not answer", async () => {
  const { seen, socket, tick, kinds } = setUp();
  tick(14_999);
  assert.deepEqual(await kinds(), []);
  tick(1);
  tick(1);
  assert.deepEqual(await kinds(), [PING], "once");
  socket.receive(frame(PONG, NOTHING));
  tick(14_999);
  assert.deepEqual(await kinds(), []);
  tick(1);
  assert.deepEqual(await kinds(), [PING], "again after a silence");
  tick(15_000);
  const [close] = seen.written;
  assert.deepEqual([...close.subarray(0, 4)], [0x80 | CLOSE, close.length - 2, 3, 233]);
  assert.deepEqual(seen.log, ["silent_viewer", "closed"]);
  tick(2_000);
  assert.deepEqual(seen.log.slice(2), ["end"]);
});

Deno.test("ServerSocket ends no client that it has not asked, for however long it was held up", async () => {
  const { seen, socket, tick, kinds } = setUp();
  assert.deepEqual(await kinds(), []);
  tick(600_000);
  assert.deepEqual(await kinds(), [PING]);
  tick(14_999);
  assert.deepEqual(seen.log, []);
  socket.receive(frame(PONG, NOTHING));
  tick(14_999);
  assert.deepEqual(await kinds(), []);
  assert.deepEqual(seen.log, []);
});

Deno.test("ServerSocket answers a close and ends, and hears nothing more behind it", async () => {
  const { seen, socket, kinds } = setUp();
  socket.receive(frame(TEXT, new TextEncoder().encode("hello")));
  socket.receive(frame(CLOSE, new Uint8Array([3, 232])));
  socket.receive(frame(TEXT, new TextEncoder().encode("late")));
  socket.send("late too");
  assert.deepEqual(await kinds(), [CLOSE]);
  await socket.flushed;
  assert.deepEqual(seen.log, ["message hello", "closed", "end"]);
  socket.ended();
  assert.equal(seen.log.length, 3, "closed is said once");
});

Deno.test("ServerSocket ends a client that does not take its bytes, and keeps few answers for it", () => {
  const { seen, socket, tick } = setUp();
  seen.reads = false;
  const pings = frame(PING, new Uint8Array(125));
  for (let i = 0; i < 10_000; i++) socket.receive(pings);
  assert.ok(socket.bufferedAmount < 70_000, `${socket.bufferedAmount} bytes wait`);
  tick(19_999);
  assert.deepEqual(seen.log, []);
  tick(1);
  assert.deepEqual(seen.log, ["slow_viewer", "end"]);
});

Deno.test("TextFrames encodes a text once, and keeps the frames of the last ones", () => {
  const frames = new TextFrames();
  const first = frames.of("snapshot");
  assert.deepEqual(first, encodeFrame(TEXT, new TextEncoder().encode("snapshot")));
  for (let i = 0; i < 15; i++) frames.of(`delta ${i}`);
  assert.equal(frames.of("snapshot"), first);
  frames.of("delta 15");
  assert.notEqual(frames.of("snapshot"), first);
});
