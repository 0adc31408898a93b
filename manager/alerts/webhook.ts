import { getLogger } from "@logtape/logtape";
import { attempt, type AttemptDeps, type Attempted } from "./attempt.ts";
import type { Delivery, Notice } from "./payload.ts";
import type { WebhookOptions } from "./webhook_schema.ts";

/** Notices that wait for one receiver, and that are sent at once. */
export const MAX_QUEUE = 1_000;
export const MAX_TOGETHER = 50;

/** Durations in milliseconds. */
export interface Timing {
  /** For one attempt. */
  deadlineMs: number;
  /** The first pause between two attempts, and the longest. */
  firstPauseMs: number;
  longestPauseMs: number;
  /** How long a receiver may ask to be left alone. */
  longestWaitMs: number;
  /** After which no further attempt is made. */
  giveUpMs: number;
}

export const TIMING: Timing = {
  deadlineMs: 10_000,
  firstPauseMs: 1_000,
  longestPauseMs: 60_000,
  longestWaitMs: 600_000,
  giveUpMs: 3_600_000,
};

/** Milliseconds of a clock that does not run backwards. */
export interface WebhookClock {
  now(): number;
  /** Calls `wake` once, unless the function that it returns is called before. */
  after(ms: number, wake: () => void): () => void;
}

export interface WebhookDeps extends AttemptDeps {
  clock: WebhookClock;
  /** From 0 to 1. */
  random: () => number;
  timing: Timing;
}

export const OUTCOMES = ["delivered", "retried", "refused", "given_up", "dropped"] as const;
export type Outcome = (typeof OUTCOMES)[number];

/** What happened last; `time` is in Unix seconds. */
export interface LastAttempt {
  time: number;
  ok: boolean;
  detail: string;
}

/** One receiver: what waits for it is sent in order, one delivery at a time. */
export class Webhook {
  options: WebhookOptions;
  last: LastAttempt | null = null;
  /** Deliveries, or attempts to, by outcome; `dropped` counts notices. */
  readonly counts: Record<Outcome, number> = {
    ...{ delivered: 0, retried: 0, refused: 0, given_up: 0, dropped: 0 },
  };
  readonly #deps: WebhookDeps;
  readonly #queue: Notice[] = [];
  readonly #stop = new AbortController();
  readonly #log = getLogger(["rustproxy", "alerts"]);
  #running: Promise<void> | null = null;
  #pausing = false;
  #warned = false;

  constructor(options: WebhookOptions, deps: WebhookDeps) {
    this.options = options;
    this.#deps = deps;
  }

  /** The receiver's host; more of its URL may be a secret. */
  get target(): string {
    return new URL(this.options.url).host;
  }

  /** Notices that wait. */
  get waiting(): number {
    return this.#queue.length;
  }

  /** Sends a notice when its turn comes. Where too many wait, the oldest is dropped. */
  send(notice: Notice): void {
    if (this.#stop.signal.aborted) return;
    this.#queue.push(notice);
    if (this.#queue.length > MAX_QUEUE) {
      this.#queue.shift();
      this.counts.dropped++;
    }
    // What is told in one go is sent in one go.
    this.#running ??= Promise.resolve().then(() => this.#run());
  }

  /** One attempt with nothing to tell, at once. */
  async test(): Promise<Attempted & { seconds: number }> {
    const startedMs = this.#deps.clock.now();
    const attempted = await this.#attempt(this.#delivery([], true));
    return { ...attempted, seconds: Math.round(this.#deps.clock.now() - startedMs) / 1000 };
  }

  /** Lets an attempt that runs end within so many milliseconds, and ends. */
  async stop(graceMs: number): Promise<void> {
    if (graceMs > 0 && this.#running && !this.#pausing) {
      const { promise, resolve } = Promise.withResolvers<void>();
      const cancel = this.#deps.clock.after(graceMs, resolve);
      await Promise.race([promise, this.#running]);
      cancel();
    }
    this.#stop.abort("the manager stops");
    await this.#running;
  }

  async #run(): Promise<void> {
    while (this.#queue.length > 0 && !this.#stop.signal.aborted) {
      await this.#deliver(this.#delivery(this.#queue.splice(0, MAX_TOGETHER), false));
    }
    this.#running = null;
  }

  #delivery(alerts: Notice[], test: boolean): Delivery {
    return { id: crypto.randomUUID(), time: this.#deps.wall() / 1000, test, alerts };
  }

  async #deliver(delivery: Delivery): Promise<void> {
    const { clock, timing } = this.#deps;
    const startedMs = clock.now();
    for (let tries = 0; !this.#stop.signal.aborted; tries++) {
      const attempted = await this.#attempt(delivery);
      if (attempted.ok) return this.#done(delivery);
      if (this.#stop.signal.aborted) return;
      const pauseMs = this.#pauseMs(tries, attempted.waitMs);
      const late = clock.now() - startedMs + pauseMs > timing.giveUpMs;
      if (!attempted.retry || late) {
        return this.#failed(delivery, attempted, attempted.retry ? "given_up" : "refused");
      }
      this.#warn(`${attempted.detail}; it is tried again`);
      this.counts.retried++;
      await this.#pause(pauseMs);
    }
  }

  async #attempt(delivery: Delivery): Promise<Attempted> {
    const { clock, timing, wall } = this.#deps;
    const late = new AbortController();
    const reason = `did not answer within ${timing.deadlineMs / 1000} s`;
    const cancel = clock.after(timing.deadlineMs, () => late.abort(reason));
    const signal = AbortSignal.any([late.signal, this.#stop.signal]);
    const attempted = await attempt(delivery, this.options, this.#deps, signal);
    cancel();
    this.last = { time: wall() / 1000, ok: attempted.ok, detail: attempted.detail };
    return attempted;
  }

  /** Longer each time, and a little at random, so that many managers do not come back at once. */
  #pauseMs(tries: number, waitMs: number): number {
    const { firstPauseMs, longestPauseMs, longestWaitMs } = this.#deps.timing;
    const ms = Math.min(longestPauseMs, firstPauseMs * 2 ** Math.min(tries, 30));
    return Math.max(ms * (0.5 + this.#deps.random() / 2), Math.min(waitMs, longestWaitMs));
  }

  async #pause(ms: number): Promise<void> {
    const { promise, resolve } = Promise.withResolvers<void>();
    const { signal } = this.#stop;
    const cancel = this.#deps.clock.after(ms, resolve);
    const wake = () => resolve();
    signal.addEventListener("abort", wake);
    this.#pausing = true;
    await promise;
    this.#pausing = false;
    signal.removeEventListener("abort", wake);
    cancel();
  }

  #done({ alerts }: Delivery): void {
    this.counts.delivered++;
    if (this.#warned) this.#log.info(`Webhook ${this.options.name} works again`);
    this.#warned = false;
    this.#log.debug("Webhook {name} was told of {n} alerts", {
      name: this.options.name,
      n: alerts.length,
    });
  }

  #failed({ alerts }: Delivery, { detail }: Attempted, outcome: "refused" | "given_up"): void {
    this.counts[outcome]++;
    this.#log.error(
      `Webhook ${this.options.name} was not told of ${alerts.length} alerts: ${this.target} ${detail}`,
    );
    this.#warned = true;
  }

  /** Once until it works again. */
  #warn(detail: string): void {
    if (!this.#warned) this.#log.warn(`Webhook ${this.options.name}: ${this.target} ${detail}`);
    this.#warned = true;
  }
}
