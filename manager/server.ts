import { getLogger } from "@logtape/logtape";
import { type Address, ListenError } from "../proxy/net/address.ts";

const RETRY_MS = 200;
const SHUTDOWN_MS = 2_000;
const FLUSH_MS = 500;
const WARN_AGAIN_MS = 60_000;

/** An HTTP server that goes on where `Deno.serve` gives up, as it does when descriptors run out. */
export class HttpServer {
  readonly addr: Deno.NetAddr;
  #handler: Deno.ServeHandler;
  #server: Deno.HttpServer<Deno.NetAddr>;
  // Of the server that runs now: to abort one that has ended is an uncaught error.
  #kill: AbortController | null = null;
  #stopping = new AbortController();
  #replies = new Set<Promise<void>>();
  #done: Promise<void>;
  #warnedAtMs = -Infinity;

  /** Listens; throws {@link ListenError}. */
  constructor(address: Address, handler: Deno.ServeHandler) {
    this.#handler = (request, info) => {
      this.#note(info.completed);
      return handler(request, info);
    };
    try {
      this.#server = this.#serve(address.host, address.port);
    } catch (error) {
      throw new ListenError("tcp", address, error);
    }
    this.addr = this.#server.addr;
    this.#done = this.#keepServing();
  }

  /** Lets replies that are under way end, two seconds at most, and closes. */
  async stop(): Promise<void> {
    this.#stopping.abort();
    const replies = Promise.all(this.#replies);
    // To abort after shutdown() is an uncaught error, so which of the two it is must be known first.
    if (await within(SHUTDOWN_MS, replies)) {
      // What is written may not have left yet. A viewer that does not answer our close is not waited for.
      await within(FLUSH_MS, this.#server.shutdown());
    } else {
      this.#kill?.abort();
      await this.#done;
    }
  }

  #note(completed: Promise<void>): void {
    const reply: Promise<void> = completed.catch(() => {}).then(() => {
      this.#replies.delete(reply);
    });
    this.#replies.add(reply);
  }

  #serve(hostname: string, port: number): Deno.HttpServer<Deno.NetAddr> {
    const kill = new AbortController();
    const { signal } = kill;
    const server = Deno.serve({ hostname, port, signal, onListen: () => {} }, this.#handler);
    this.#kill = kill;
    return server;
  }

  async #keepServing(): Promise<void> {
    const { signal } = this.#stopping;
    while (true) {
      await this.#server.finished.catch(() => {});
      this.#kill = null;
      if (signal.aborted) return;
      this.#warn();
      await pause(RETRY_MS, signal);
      if (signal.aborted) return;
      try {
        this.#server = this.#serve(this.addr.hostname, this.addr.port);
      } catch {
        // Still no descriptor to listen with, which the warning has told; the next turn tries again.
      }
    }
  }

  #warn(): void {
    if (performance.now() - this.#warnedAtMs < WARN_AGAIN_MS) return;
    this.#warnedAtMs = performance.now();
    getLogger(["rustproxy", "manager"]).warn(
      "The HTTP server ended, as it does when file descriptors run out; serving again. " +
        "Raise the limit with `ulimit -n` or LimitNOFILE",
    );
  }
}

/** Whether a promise ends in time. */
async function within(ms: number, promise: Promise<unknown>): Promise<boolean> {
  const ended = new AbortController();
  const inTime = promise.catch(() => {}).then(() => true);
  const late = pause(ms, ended.signal).then(() => false);
  const result = await Promise.race([inTime, late]);
  ended.abort();
  return result;
}

function pause(ms: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const end = () => {
      clearTimeout(timer);
      signal.removeEventListener("abort", end);
      resolve();
    };
    const timer = setTimeout(end, ms);
    signal.addEventListener("abort", end);
  });
}
