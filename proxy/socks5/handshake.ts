import type { Address } from "../net/address.ts";
import { unmapIPv4 } from "../net/address.ts";
import type { BufferPool } from "../net/buffer.ts";
import type { Dial } from "../net/dial.ts";
import { Failure, type FailureReason } from "../net/failure.ts";
import type { ByteReader } from "../net/reader.ts";
import { relay } from "../net/relay.ts";
import type { Session } from "../net/session.ts";
import { writeAll } from "../net/write.ts";
import { WireError } from "./wire.ts";

/** How a version of the protocol answers a request. */
export interface Answers {
  /** `bound` is where the proxy connects from, or takes datagrams. */
  granted(bound: Address): Uint8Array;
  refused(reason: FailureReason): Uint8Array;
}

export interface ConnectParts {
  dial: Dial;
  pool: BufferPool;
}

/** Reads until the parser has its message, and takes that from the reader. The message lives until the next read. */
export async function readMessage<T extends { size: number }>(
  reader: ByteReader,
  parse: (bytes: Uint8Array) => T | null,
): Promise<T> {
  for (;;) {
    let message: T | null;
    try {
      message = parse(reader.view);
    } catch (error) {
      if (error instanceof WireError) throw new Failure("bad_request", error.message);
      throw error;
    }
    if (message) {
      reader.consume(message.size);
      return message;
    }
    // Every message is at most 521 bytes, so the reader's first buffer bounds what a stranger may send.
    if (!await reader.fill()) throw new Failure("client_gone", "the client left in the handshake");
  }
}

/** Sends the answer and gives up for this reason. */
export async function refuse(
  session: Session,
  answer: Uint8Array,
  reason: FailureReason,
): Promise<never> {
  await writeAll(session.client, answer);
  throw new Failure(reason);
}

/** CONNECT: answers once the target is connected, and passes bytes on until both ends are done; returns why it ended. */
export async function connectAndRelay(
  session: Session,
  reader: ByteReader,
  target: Address,
  answers: Answers,
  { dial, pool }: ConnectParts,
): Promise<string> {
  const upstream = await connect(session, target, answers, dial);
  // A copy: the reader's buffer goes back to the pool, and little comes so early.
  const early = reader.available > 0 ? reader.view.slice() : undefined;
  reader.release();
  return await relay(session, upstream, pool, early);
}

async function connect(
  session: Session,
  target: Address,
  answers: Answers,
  dial: Dial,
): Promise<Deno.TcpConn> {
  let upstream: Deno.TcpConn;
  try {
    upstream = await dial(target, session);
  } catch (error) {
    if (!(error instanceof Failure)) throw error;
    return await refuse(session, answers.refused(error.reason), error.reason);
  }
  session.connected(upstream);
  const { hostname, port } = upstream.localAddr;
  await writeAll(session.client, answers.granted({ host: unmapIPv4(hostname), port }));
  return upstream;
}
