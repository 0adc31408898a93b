import process from "node:process";
import { Counter, Gauge, Histogram, Registry as PromRegistry } from "prom-client";
import type { Refusals } from "./http/refusals.ts";

const SAMPLE_MS = 100;
const DELAYS = [0.001, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5];
const DURATIONS = [0.001, 0.005, 0.025, 0.1, 0.25, 0.5, 1, 2.5, 5, 10];

/** What is known of the HTTP side. */
export interface HttpFigures {
  connections: number;
  refusals: Refusals;
}

/** How the manager itself is: its event loop, memory, processor and HTTP side. */
export class Health {
  readonly #prom = new PromRegistry();
  readonly #http: () => HttpFigures | null;
  readonly #delay: Histogram;
  readonly #requests: Counter;
  readonly #durations: Histogram;
  #timer: ReturnType<typeof setInterval> | undefined;

  /** `http` is asked at each scrape; null while nothing listens. */
  constructor(http: () => HttpFigures | null) {
    this.#http = http;
    const registers = [this.#prom];
    this.#delay = new Histogram({
      name: "rustproxy_manager_event_loop_delay_seconds",
      help: "How late the event loop is",
      buckets: DELAYS,
      registers,
    });
    this.#requests = new Counter({
      name: "rustproxy_http_requests_total",
      help: "HTTP requests answered",
      labelNames: ["route", "method", "code"],
      registers,
    });
    this.#durations = new Histogram({
      name: "rustproxy_http_request_duration_seconds",
      help: "How long HTTP requests took until their reply began",
      labelNames: ["route"],
      buckets: DURATIONS,
      registers,
    });
    this.#addReadings();
  }

  /** Begins to watch the event loop, until {@link stop}. */
  start(): void {
    let expectedMs = performance.now() + SAMPLE_MS;
    this.#timer = setInterval(() => {
      const now = performance.now();
      this.#delay.observe(Math.max(0, now - expectedMs) / 1000);
      expectedMs = now + SAMPLE_MS;
    }, SAMPLE_MS);
  }

  stop(): void {
    clearInterval(this.#timer);
  }

  /** Notes an answered request; `route` and `method` must be of few different values. */
  noteRequest(route: string, method: string, status: number, seconds: number): void {
    this.#requests.inc({ route, method, code: String(status) });
    this.#durations.observe({ route }, seconds);
  }

  /** In Prometheus' text format. */
  async render(): Promise<string> {
    return await this.#prom.metrics();
  }

  /** What is read at each scrape. */
  #addReadings(): void {
    const registers = [this.#prom];
    const read = (name: string, help: string, value: () => number) =>
      new Gauge({ name, help, registers, collect: metric(value) });
    read(
      "process_resident_memory_bytes",
      "Memory of the manager's process",
      () => Deno.memoryUsage().rss,
    );
    read("rustproxy_manager_heap_used_bytes", "JavaScript objects of the main thread", () => {
      return Deno.memoryUsage().heapUsed;
    });
    read("rustproxy_http_connections", "Open HTTP connections, viewers among them", () => {
      return this.#http()?.connections ?? 0;
    });
    new Counter({
      name: "process_cpu_seconds_total",
      help: "Processor time of the manager's process",
      registers,
      collect() {
        const { user, system } = process.cpuUsage();
        this.reset();
        this.inc((user + system) / 1e6);
      },
    });
    const refusals = () => Object.entries(this.#http()?.refusals.counts ?? {});
    new Counter({
      name: "rustproxy_http_refused_total",
      help: "Clients and viewers turned away or cut off by the HTTP side",
      labelNames: ["reason"],
      registers,
      collect() {
        this.reset();
        for (const [reason, n] of refusals()) this.inc({ reason }, n);
      },
    });
  }
}

function metric(value: () => number) {
  return function (this: Gauge): void {
    this.set(value());
  };
}
