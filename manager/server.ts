import { getLogger } from "@logtape/logtape";
import { type Address, ListenError } from "../proxy/net/address.ts";
import { DEFAULT_LIMITS, Front, type FrontLimits } from "./http/front.ts";
import type { Cidr } from "../proxy/net/cidr.ts";
import { pause } from "../proxy/net/pause.ts";
import type { Certificate } from "../proxy/tls/certificate.ts";
import type { HttpClient } from "./http/client.ts";
import type { Link } from "./http/link.ts";
import type { Refusals } from "./http/refusals.ts";
import { Visitor } from "./http/visitor.ts";

const RETRY_MS = 200;
const SHUTDOWN_MS = 2_000;
const FLUSH_MS = 500;
const WARN_AGAIN_MS = 60_000;

/** Answers a request of this client. */
export type Handler = (request: Request, client: HttpClient) => Response | Promise<Response>;

/** How clients reach the server. */
export interface Exposure {
  /** The certificate of the moment; without one, connections are plain. */
  certificate?: { readonly value: Certificate } | null;
  /** Networks of reverse proxies that are believed in what they tell of their clients. */
  proxies?: readonly Cidr[];
}

const LOOPBACK = "127.0.0.1";

/**
 * An HTTP server with bounds: a {@link Front} that counts, caps and times connections, before a
 * `Deno.serve` on loopback, which knows no limits, and gives up where descriptors run out.
 */
export class HttpServer {
  readonly addr: Deno.NetAddr;
  readonly #front: Front;
  readonly #handler: Handler;
  readonly #proxies: readonly Cidr[];
  #server: Deno.HttpServer<Deno.NetAddr>;
  // Of the server that runs now: to abort one that has ended is an uncaught error.
  #kill: AbortController | null = null;
  #stopping = new AbortController();
  #replies = new Set<Promise<void>>();
  #done: Promise<void>;
  #warnedAtMs = -Infinity;

  /** Listens; throws {@link ListenError}. */
  constructor(
    address: Address,
    handler: Handler,
    limits: Partial<FrontLimits> = {},
    { certificate = null, proxies = [] }: Exposure = {},
  ) {
    this.#handler = handler;
    this.#proxies = proxies;
    this.#front = new Front(address, {
      limits: { ...DEFAULT_LIMITS, ...limits },
      ...{ certificate, proxies },
      dial: () => Deno.connect({ hostname: LOOPBACK, port: this.#server.addr.port }),
      onPause: (code) => this.#warn(`cannot accept: ${code || "unknown error"}`),
    });
    this.addr = this.#front.addr;
    try {
      this.#server = this.#serve();
    } catch (error) {
      this.#front.close();
      this.#front.end();
      throw new ListenError("tcp", { host: LOOPBACK, port: 0 }, error);
    }
    this.#done = this.#keepServing();
  }

  /** Open connections of clients. */
  get connections(): number {
    return this.#front.connections;
  }

  /** Who was turned away, and how often. */
  get refusals(): Refusals {
    return this.#front.refusals;
  }

  /** Lets replies that are under way end, two seconds at most, and closes. */
  async stop(): Promise<void> {
    this.#stopping.abort();
    await this.#front.close();
    const replies = Promise.all(this.#replies);
    // To abort after shutdown() is an uncaught error, so which of the two it is must be known first.
    if (await within(SHUTDOWN_MS, replies)) {
      // What is written may not have left yet. A viewer that does not answer our close is not waited for.
      await within(FLUSH_MS, Promise.all([this.#server.shutdown(), this.#front.delivered()]));
    } else {
      this.#kill?.abort();
      await this.#done;
    }
    await this.#front.end();
  }

  #answer(request: Request, info: Deno.ServeHandlerInfo<Deno.NetAddr>) {
    const link = this.#front.find(info.remoteAddr.port);
    // Somebody on this host has found the port behind the front.
    if (!link) return new Response(null, { status: 403, headers: { connection: "close" } });
    link.begin();
    const visitor = new Visitor(link, (name) => request.headers.get(name), this.#proxies);
    const crowded = !this.#hold(visitor);
    const reply: Promise<void> = info.completed.catch(() => {}).then(() => {
      link.end();
      if (!crowded) this.#release(visitor, link);
      this.#replies.delete(reply);
    });
    this.#replies.add(reply);
    return crowded ? tooMany() : this.#handler(request, visitor);
  }

  /** A place for who comes by a proxy's connection, which has none of its own; false where none is left. */
  #hold({ ip, peer_ip }: Visitor): boolean {
    const { places, refusals } = this.#front;
    if (ip === peer_ip || places.hold(ip)) return true;
    refusals.note("too_many_of_client");
    return false;
  }

  /** Gives the place back: behind the reply, or at the end of what is a WebSocket now. */
  #release(visitor: Visitor, link: Link): void {
    const { ip, peer_ip, upgraded } = visitor;
    if (ip === peer_ip) return;
    const ended = upgraded ? link.delivered : Promise.resolve();
    ended.then(() => this.#front.places.release(ip));
  }

  #serve(): Deno.HttpServer<Deno.NetAddr> {
    const kill = new AbortController();
    const { signal } = kill;
    const server = Deno.serve(
      { hostname: LOOPBACK, port: 0, signal, onListen: () => {} },
      (request, info) => this.#answer(request, info),
    );
    this.#kill = kill;
    return server;
  }

  async #keepServing(): Promise<void> {
    const { signal } = this.#stopping;
    while (true) {
      await this.#server.finished.catch(() => {});
      this.#kill = null;
      if (signal.aborted) return;
      this.#warn("the HTTP server ended");
      await pause(RETRY_MS, signal);
      if (signal.aborted) return;
      try {
        this.#server = this.#serve();
      } catch {
        // Still no descriptor to listen with, which the warning has told; the next turn tries again.
      }
    }
  }

  #warn(what: string): void {
    if (performance.now() - this.#warnedAtMs < WARN_AGAIN_MS) return;
    this.#warnedAtMs = performance.now();
    getLogger(["rustproxy", "manager"]).warn(
      "The manager's HTTP side paused ({what}), as it does when file descriptors run out; it goes " +
        "on by itself. Raise the limit with `ulimit -n` or LimitNOFILE",
      { what },
    );
  }
}

function tooMany(): Response {
  const error = { code: "too_many_of_client", message: "Too many requests are under way" };
  const headers = { "Retry-After": "10", "Cache-Control": "no-store" };
  return Response.json({ error }, { status: 429, headers });
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
