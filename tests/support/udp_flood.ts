import { socketState } from "./udp_socket.ts";

/** A thread that sends datagrams as it is told to, so that a test can block its own. */
export interface Flood {
  port: number;
  datagrams: Uint8Array[];
  /** Waits for the receiver after so many, so that the system's buffer cannot overflow; 0 is never. */
  pace: number;
  /** Set to 1, and notified, once everything has been sent (and with a pace received). */
  done: Int32Array<SharedArrayBuffer>;
}

async function send({ port, datagrams, pace, done }: Flood): Promise<void> {
  const socket = Deno.listenDatagram({ hostname: "127.0.0.1", port: 0, transport: "udp" });
  for (const [i, bytes] of datagrams.entries()) {
    await socket.send(bytes, { transport: "udp", hostname: "127.0.0.1", port });
    if (pace > 0 && (i + 1) % pace === 0) await received(port);
  }
  if (pace > 0) await received(port);
  socket.close();
  Atomics.store(done, 0, 1);
  Atomics.notify(done, 0);
}

async function received(port: number): Promise<void> {
  while (socketState(port).queued > 0) await new Promise((resolve) => setTimeout(resolve, 1));
}

self.onmessage = ({ data }: MessageEvent<Flood>) => send(data);
