import { Intake } from "./intake.ts";
import type { ReceiverPort, ReceiverStart } from "./messages.ts";
import { MAX_BATCH } from "./queue.ts";

const RECEIVE_BUFFER_BYTES = 65_535;
const ERROR_PAUSE_MS = 50;
/** How long a datagram waits for others to share its message. */
const BATCH_MS = 5;
const COUNTERS_MS = 1_000;
/** Batches that the main thread has not acknowledged; the rest waits here. */
const MAX_UNACKNOWLEDGED = 4;

/**
 * Receives reports on this thread, so that none is lost while the main one is busy, and hands them on
 * in batches as fast as the main thread acknowledges them. Runs until the thread is terminated.
 */
export function serveReceiver(port: ReceiverPort, start: ReceiverStart): void {
  const { host: hostname, port: number } = start.listen;
  let socket: Deno.DatagramConn;
  try {
    socket = Deno.listenDatagram({ hostname, port: number, transport: "udp" });
  } catch (error) {
    const { name, message } = error instanceof Error ? error : new Error(String(error));
    return port.postMessage({ kind: "refused", name, message }, []);
  }
  const intake = new Intake(start, performance.now());
  const outlet = new Outlet(port, intake);
  port.onmessage = ({ data }) => {
    if (data.kind === "keys") return intake.setKeys(data.keys);
    if (data.kind !== "taken") return;
    intake.accepted(data.accepted, performance.now());
    outlet.acknowledge();
  };
  const addr = socket.addr as Deno.NetAddr;
  port.postMessage({ kind: "listening", hostname: addr.hostname, port: addr.port }, []);
  setInterval(() => outlet.tell(), COUNTERS_MS);
  receive(socket, intake, outlet);
}

async function receive(socket: Deno.DatagramConn, intake: Intake, outlet: Outlet): Promise<never> {
  const buffer = new Uint8Array(RECEIVE_BUFFER_BYTES);
  while (true) {
    try {
      const [bytes, from] = await socket.receive(buffer);
      intake.take(bytes, (from as Deno.NetAddr).hostname, performance.now(), Date.now());
      outlet.wake();
    } catch {
      // Such as an ICMP error for something sent; counted, and told by the main thread.
      intake.errors++;
      await new Promise((resolve) => setTimeout(resolve, ERROR_PAUSE_MS));
    }
  }
}

/** The way to the main thread: few messages, and no more than it can take. */
class Outlet {
  readonly #port: ReceiverPort;
  readonly #intake: Intake;
  #unacknowledged = 0;
  #timer: ReturnType<typeof setTimeout> | null = null;
  #told = "";

  constructor(port: ReceiverPort, intake: Intake) {
    this.#port = port;
    this.#intake = intake;
  }

  /** Something may wait: it leaves at once with a full batch, soon without. */
  wake(): void {
    while (this.#intake.waiting >= MAX_BATCH && this.#mayPost()) this.#post();
    if (this.#intake.waiting === 0 || this.#timer !== null || !this.#mayPost()) return;
    this.#timer = setTimeout(() => {
      this.#timer = null;
      if (this.#mayPost()) this.#post();
      this.wake();
    }, BATCH_MS);
  }

  /** The main thread is done with a batch. */
  acknowledge(): void {
    this.#unacknowledged--;
    this.wake();
  }

  /** Tells the counters where they have changed, with no batch to tell them. */
  tell(): void {
    const counters = this.#intake.counters();
    const text = JSON.stringify(counters);
    if (text === this.#told) return;
    this.#told = text;
    this.#port.postMessage({ kind: "counters", counters }, []);
  }

  #mayPost(): boolean {
    return this.#unacknowledged < MAX_UNACKNOWLEDGED;
  }

  #post(): void {
    const batch = this.#intake.next();
    if (batch === null) return;
    this.#unacknowledged++;
    const counters = this.#intake.counters();
    this.#port.postMessage({ kind: "batch", batch, counters }, [batch.bytes.buffer]);
  }
}
