import { closeQuietly } from "../net/close.ts";
import type { ThrottleClock } from "../net/throttle.ts";
import { isAnswerTo, isTruncated, randomId, withId } from "./query.ts";
import type { DnsServer } from "./servers.ts";
import type { Transport } from "./transport.ts";

/** More than was asked for (EDNS), for servers that do not care. */
const BUFFER_BYTES = 4096;
/** Answers with a wrong id or question, from the server's address, after which somebody is guessing. */
const MAX_WRONG = 16;

export interface UdpOptions {
  /** After so many ms without an answer the query is sent once more. */
  resendMs: number;
  clock: ThrottleClock;
  /** To the same server, for answers that do not fit. */
  overTcp: Transport;
}

/** Asks by datagrams, each query from a port of its own that the system draws (RFC 5452, section 9.2). */
export function createUdpTransport(
  server: DnsServer,
  options: UdpOptions,
): Transport {
  const { overTcp } = options;
  return {
    async ask(query, signal) {
      signal.throwIfAborted();
      const answer = await askOnce(server, withId(query, randomId()), options, signal);
      if (answer && !isTruncated(answer)) return answer;
      return await overTcp.ask(query, signal);
    },
    close: () => overTcp.close(),
  };
}

/** The answer, or null if others guess at it. */
async function askOnce(
  { host: hostname, port }: DnsServer,
  message: Uint8Array,
  { clock, resendMs }: UdpOptions,
  signal: AbortSignal,
): Promise<Uint8Array | null> {
  const any = hostname.includes(":") ? "::" : "0.0.0.0";
  const socket = Deno.listenDatagram({ transport: "udp", hostname: any, port: 0 });
  const send = () => socket.send(message, { transport: "udp", hostname, port });
  const end = () => closeQuietly(socket);
  signal.addEventListener("abort", end);
  // A datagram may get lost; a failure to send it again is the first one's to tell.
  const cancel = clock.after(resendMs, () => send().catch(() => {}));
  try {
    await send();
    return await receive(socket, hostname, port, message);
  } catch (error) {
    throw signal.aborted ? signal.reason : error;
  } finally {
    cancel();
    signal.removeEventListener("abort", end);
    end();
  }
}

async function receive(
  socket: Deno.DatagramConn,
  hostname: string,
  port: number,
  message: Uint8Array,
): Promise<Uint8Array | null> {
  const buffer = new Uint8Array(BUFFER_BYTES);
  for (let wrong = 0; wrong < MAX_WRONG;) {
    const [bytes, from] = await socket.receive(buffer);
    if (from.transport !== "udp" || from.hostname !== hostname || from.port !== port) continue;
    if (isAnswerTo(bytes, message)) return bytes;
    wrong++;
  }
  return null;
}
