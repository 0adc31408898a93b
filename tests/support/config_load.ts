/** Connections in transfer, each byte of which is looked at. */
import { strict as assert } from "node:assert";
import { connectTo, readExactly, send, startTcp } from "./tcp.ts";

/** What a stream holds, over and over; its length fits no buffer's. */
const PERIOD = 251;
const PIECE = 700;
const PAUSE_MS = 150;
const PATTERN = Uint8Array.from({ length: PERIOD + (64 << 10) }, (_, at) => at % PERIOD);

/** An origin that sends the pattern to everybody until it is told to come to an end. */
export function startStreaming() {
  const sent = new Map<number, number>();
  let isEnding = false;
  const server = startTcp(async (conn) => {
    const id = new DataView((await readExactly(conn, 4)).slice().buffer).getUint32(0);
    for (let at = 0; !isEnding; at += PIECE) {
      await send(conn, PATTERN.subarray(at % PERIOD, at % PERIOD + PIECE));
      sent.set(id, at + PIECE);
      await new Promise((resolve) => setTimeout(resolve, PAUSE_MS));
    }
    await conn.closeWrite();
  });
  return { server, sent, end: () => isEnding = true };
}

/** A client that takes the pattern to its end; resolves with how many bytes there were. */
export async function takeStream(port: number, id: number): Promise<number> {
  using conn = await connectTo(port);
  const name = new Uint8Array(4);
  new DataView(name.buffer).setUint32(0, id);
  await send(conn, name);
  const buffer = new Uint8Array(16 << 10);
  for (let total = 0;;) {
    const length = await conn.read(buffer);
    if (length === null) return total;
    const expected = PATTERN.subarray(total % PERIOD, total % PERIOD + length);
    const isRight = indexOfDifference(buffer, expected) === -1;
    assert.ok(isRight, `connection ${id} has another byte behind ${total}`);
    total += length;
  }
}

function indexOfDifference(bytes: Uint8Array, expected: Uint8Array): number {
  return expected.findIndex((byte, at) => byte !== bytes[at]);
}
