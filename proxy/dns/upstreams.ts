import { getLogger } from "@logtape/logtape";
import { errorCode } from "../net/failure.ts";
import type { ThrottleClock } from "../net/throttle.ts";
import { DnsError } from "./error.ts";
import { createHttpsTransport } from "./https.ts";
import { openTcp, openTls } from "./open.ts";
import type { DnsOptions } from "./options.ts";
import { type AddressType, type Answer, decodeAnswer, encodeQuery } from "./query.ts";
import type { DnsServer } from "./servers.ts";
import { createStreamTransport } from "./stream.ts";
import type { Transport } from "./transport.ts";
import { createUdpTransport } from "./udp.ts";

/** How long a server that failed is asked after all others, in ms. */
export const ASIDE_MS = 30_000;
/** A failure is told once in so many ms: strangers may ask for slow zones, and are not to fill the log. */
const TELL_MS = 60_000;

interface Upstream {
  name: string;
  transport: Transport;
  /** True from a failure until the next answer. */
  failing: boolean;
  /** When, in ms of the clock, it gets its place back, if it is failing. */
  asideUntil: number;
  /** True if the log's last word was that it fails. */
  told: boolean;
  toldAt: number;
}

export interface UpstreamDeps {
  clock: ThrottleClock;
  /** Certificates to trust beside the usual ones, as PEM. */
  caCerts: string[];
}

/** The servers that are asked for names, each with its turn. */
export class Upstreams {
  readonly #log = getLogger(["rustproxy", "proxy"]);
  readonly #upstreams: Upstream[];
  readonly #timeoutMs: number;
  readonly #clock: ThrottleClock;
  readonly #asking = new Set<AbortController>();
  #closed = false;

  constructor({ servers, timeout }: DnsOptions, { clock, caCerts }: UpstreamDeps) {
    this.#timeoutMs = timeout * 1000;
    this.#clock = clock;
    this.#upstreams = servers.map((server) => ({
      name: server.name,
      transport: createTransport(server, this.#timeoutMs / 2, { clock, caCerts }),
      failing: false,
      asideUntil: 0,
      told: false,
      toldAt: -Infinity,
    }));
  }

  /**
   * The first answer that a server gives; those that fail are passed over. Throws DnsError ESERVFAIL
   * or EAI_AGAIN if there is none, or the system's error for want of descriptors.
   */
  async ask(name: string, type: AddressType): Promise<Answer> {
    const query = encodeQuery(name, type);
    let trouble: unknown;
    for (const upstream of this.#inTurn()) {
      try {
        const answer = decodeAnswer(await this.#exchange(upstream, query), name, type);
        this.#succeeded(upstream);
        return answer;
      } catch (error) {
        if (this.#closed) break;
        const code = errorCode(error);
        if (code === "EMFILE" || code === "ENFILE") throw error;
        // That it does not know this name says nothing of the server.
        if (code === "ESERVFAIL") this.#succeeded(upstream);
        else this.#failed(upstream, error);
        trouble = error;
      }
    }
    if (errorCode(trouble) === "ESERVFAIL") throw trouble;
    throw new DnsError("EAI_AGAIN", "no DNS server answers");
  }

  close(): void {
    this.#closed = true;
    for (const asking of this.#asking) asking.abort();
    for (const { transport } of this.#upstreams) transport.close();
  }

  async #exchange(
    { transport }: Upstream,
    query: Uint8Array<ArrayBuffer>,
  ): Promise<Uint8Array> {
    if (this.#closed) throw new Error("the resolver was closed");
    const asking = new AbortController();
    this.#asking.add(asking);
    const late = () => asking.abort(new Error(`no answer in ${this.#timeoutMs / 1000} s`));
    const cancel = this.#clock.after(this.#timeoutMs, late);
    try {
      return await transport.ask(query, asking.signal);
    } finally {
      cancel();
      this.#asking.delete(asking);
    }
  }

  /** In their order, but those set aside at the end. */
  #inTurn(): Upstream[] {
    if (!this.#upstreams.some((upstream) => upstream.failing)) return this.#upstreams;
    const now = this.#clock.now();
    const aside = this.#upstreams.filter((upstream) => isAside(upstream, now));
    const rest = this.#upstreams.filter((upstream) => !aside.includes(upstream));
    // One query tries it again; the others wait for what becomes of that.
    for (const upstream of rest) if (upstream.failing) upstream.asideUntil = now + ASIDE_MS;
    return [...rest, ...aside];
  }

  #succeeded(upstream: Upstream): void {
    upstream.failing = false;
    if (!upstream.told) return;
    upstream.told = false;
    this.#log.info(`DNS server ${upstream.name} answers again`);
  }

  #failed(upstream: Upstream, error: unknown): void {
    const now = this.#clock.now();
    upstream.asideUntil = now + ASIDE_MS;
    upstream.failing = true;
    if (upstream.told || now - upstream.toldAt < TELL_MS) return;
    upstream.told = true;
    upstream.toldAt = now;
    const why = reasonOf(error);
    this.#log.warn(`DNS server ${upstream.name} fails, and is asked last for a while: ${why}`);
  }
}

/** fetch says no more than that it failed, and why in the error's cause. */
function reasonOf(error: unknown): string {
  const { cause = error } = error as { cause?: unknown };
  return cause instanceof Error ? cause.message : String(cause);
}

function isAside({ failing, asideUntil }: Upstream, now: number): boolean {
  return failing && now < asideUntil;
}

function createTransport(
  server: DnsServer,
  resendMs: number,
  { clock, caCerts }: UpstreamDeps,
): Transport {
  switch (server.kind) {
    case "udp": {
      const overTcp = createStreamTransport(openTcp(server));
      return createUdpTransport(server, { resendMs, overTcp, clock });
    }
    case "tcp":
      return createStreamTransport(openTcp(server));
    case "tls":
      return createStreamTransport(openTls(server, caCerts));
    case "https":
      return createHttpsTransport(server, caCerts);
  }
}
