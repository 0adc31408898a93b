import { getLogger } from "@logtape/logtape";
import type { Cancelable, Dial } from "../net/dial.ts";
import { errorCode, Failure } from "../net/failure.ts";
import { encodeProxyHeader, type ProxyVersion } from "../net/proxy_protocol.ts";
import { closeQuietly } from "../net/close.ts";
import { writeAll } from "../net/write.ts";
import { type Clock, SYSTEM_CLOCK } from "../stats/clock.ts";
import type { Backend } from "./backend.ts";
import type { HealthcheckOptions } from "./options.ts";
import { Health } from "./rise_fall.ts";

export interface HealthDeps {
  /** Its own timeout should be that of a check: a dial that is cancelled may last as long in the background. */
  dial: Dial;
  /** The header that backends expect first; null for none. */
  proxyProtocol: ProxyVersion | null;
  /** From 0 up to, not including, 1. */
  random?: () => number;
  clock?: Clock;
}

/** Two checks of one backend are apart by the interval, give or take this share of it. */
const JITTER = 0.1;
const MAX_HEAD = 4096;

/** Checks every backend over and over, one check of each at a time, spread over the interval. */
export class HealthChecker {
  readonly #log = getLogger(["rustproxy", "proxy"]);
  readonly #options: HealthcheckOptions;
  readonly #deps: Required<HealthDeps>;
  /** What ends the checks of each backend. */
  readonly #checked = new Map<Backend, AbortController>();
  readonly #loops = new Set<Promise<void>>();

  /** Begins at once. */
  constructor(backends: readonly Backend[], options: HealthcheckOptions, deps: HealthDeps) {
    this.#options = options;
    this.#deps = { random: Math.random, clock: SYSTEM_CLOCK, ...deps };
    this.check(backends);
  }

  /** Checks these backends from now on, and no others. */
  check(backends: readonly Backend[]): void {
    for (const [backend, stop] of this.#checked) {
      if (backends.includes(backend)) continue;
      stop.abort();
      this.#checked.delete(backend);
    }
    for (const [i, backend] of backends.entries()) {
      if (this.#checked.has(backend)) continue;
      const stop = new AbortController();
      this.#checked.set(backend, stop);
      const loop = this.#run(backend, i / backends.length, stop.signal);
      this.#loops.add(loop);
      loop.finally(() => this.#loops.delete(loop));
    }
  }

  /** Ends the checks, those under way too. */
  async stop(): Promise<void> {
    this.check([]);
    await Promise.all(this.#loops);
  }

  /** `phase` from 0 to 1: when in the interval its checks begin. */
  async #run(backend: Backend, phase: number, signal: AbortSignal): Promise<void> {
    const { random, clock } = this.#deps;
    const { interval, rise, fall } = this.#options;
    const health = new Health(rise, fall);
    await clock.wait(phase * interval * 1000, signal);
    while (!signal.aborted) {
      const startedAt = clock.now();
      const trouble = await this.#check(backend, signal);
      if (signal.aborted) return;
      const tookMs = clock.now() - startedAt;
      this.#note(backend, health, trouble, tookMs);
      const pause = interval * 1000 * (1 + JITTER * (2 * random() - 1));
      await clock.wait(Math.max(0, pause - tookMs), signal);
    }
  }

  #note(backend: Backend, health: Health, trouble: string, tookMs: number): void {
    const ok = trouble === "";
    backend.checkLatencyMs = ok ? Math.round(tookMs * 10) / 10 : null;
    const wasUp = backend.healthy;
    backend.healthy = health.note(ok);
    const back = ok && backend.succeeded();
    if (wasUp && !backend.healthy) this.#log.warn(`Backend ${backend.name} is down: ${trouble}`);
    else if (!wasUp && backend.healthy) this.#log.info(`Backend ${backend.name} is up`);
    else if (back) this.#log.info(`Backend ${backend.name} takes connections again`);
  }

  /** One check: an empty text, or what is wrong. */
  async #check(backend: Backend, signal: AbortSignal): Promise<string> {
    const { timeout } = this.#options;
    const attempt = new Attempt();
    const end = () => attempt.end();
    signal.addEventListener("abort", end);
    let late = false;
    const timer = setTimeout(() => {
      late = true;
      end();
    }, timeout * 1000);
    try {
      await this.#ask(backend, attempt);
      return "";
    } catch (error) {
      if (late) return `no answer in ${timeout} s`;
      return error instanceof Failure ? error.message : errorCode(error) || String(error);
    } finally {
      clearTimeout(timer);
      signal.removeEventListener("abort", end);
      end();
    }
  }

  async #ask(backend: Backend, attempt: Attempt): Promise<void> {
    const { dial, proxyProtocol } = this.#deps;
    const conn = await dial(backend.address, attempt);
    attempt.took(conn);
    // A check is the proxy's own connection, which is what a header without endpoints says.
    if (proxyProtocol) await writeAll(conn, encodeProxyHeader(proxyProtocol, null));
    if (this.#options.kind === "tcp") return;
    const request = `GET ${this.#options.path} HTTP/1.1\r\nHost: ${backend.name}\r\n` +
      "User-Agent: rustproxy-healthcheck\r\nAccept: */*\r\nConnection: close\r\n\r\n";
    await writeAll(conn, new TextEncoder().encode(request));
    const status = await readStatus(conn);
    if (status < 200 || status > 399) throw new Failure("bad_response", `status ${status}`);
  }
}

/** A check under way: what has to be ended when its time is over. */
class Attempt implements Cancelable {
  cancel: (() => void) | null = null;
  #conn: Deno.Conn | null = null;
  #ended = false;

  took(conn: Deno.Conn): void {
    this.#conn = conn;
    if (this.#ended) closeQuietly(conn);
  }

  end(): void {
    this.#ended = true;
    this.cancel?.();
    if (this.#conn) closeQuietly(this.#conn);
  }
}

/** The status of the response's first line (RFC 9112, section 4). */
async function readStatus(conn: Deno.Conn): Promise<number> {
  const buffer = new Uint8Array(MAX_HEAD);
  for (let have = 0; have < MAX_HEAD;) {
    const n = await conn.read(buffer.subarray(have));
    if (n === null) break;
    have += n;
    const line = String.fromCharCode(...buffer.subarray(0, Math.min(have, 64)));
    const match = /^HTTP\/1\.[01] (\d{3})[ \r\n]/.exec(line);
    if (match) return Number(match[1]);
    if (line.includes("\n")) break;
  }
  throw new Failure("bad_response", "no HTTP response");
}
