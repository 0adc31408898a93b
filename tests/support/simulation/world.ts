import type { ProxyEntry } from "../../../manager/fleet/proxy.ts";
import { Faults } from "./faults.ts";
import { ManagerRun } from "./manager_host.ts";
import { CALM, MAX_DELAY_MS, Network } from "./network.ts";
import { Oracle } from "./oracle.ts";
import { Boot } from "./proxy_host.ts";
import { Random } from "./random.ts";
import { Scheduler, WallClock } from "./scheduler.ts";
import { Traffic, TRAFFIC_TICK_MS, type TrafficOptions } from "./traffic.ts";

export interface WorldOptions extends TrafficOptions {
  seed: number;
  /** Seconds between two reports. */
  interval: number;
  /** Bits a second of reports. */
  bandwidth: number;
  /** Whether somebody looks at the proxy's connections all the time. */
  watched: boolean;
}

export const PROXY_ID = "edge_tcp_127.0.0.1_8000";
/** How often the manager does what time does. */
const TICK_MS = 1000;
const MANAGER_START_MS = 1_800_000_000_000;
/** The clocks of the two hosts differ by this much, and one of them is fast. */
const SKEW_MS = -7_200_000;
const DRIFT = 50e-6;

/** A proxy under traffic, a manager, and the network between them; all on one clock that no machine's speed moves. */
export class World {
  readonly scheduler = new Scheduler();
  readonly random: Random;
  readonly network: Network;
  readonly traffic: Traffic;
  readonly faults: Faults;
  readonly proxyWall: WallClock;
  readonly managerWall: WallClock;
  readonly intervalMs: number;
  boot!: Boot;
  /** Null while it is down. */
  manager: ManagerRun | null = null;
  oracle!: Oracle;
  /** Whether a clock was set, so that times of before may be wrong. */
  stepped = false;
  #boots = 0;

  constructor(readonly options: WorldOptions) {
    const { seed, interval } = options;
    this.random = new Random(seed);
    this.intervalMs = interval * 1000;
    this.network = new Network(this.scheduler, this.random);
    this.traffic = new Traffic(options, this.random);
    this.faults = new Faults(() => this.scheduler.now);
    this.managerWall = new WallClock(this.scheduler, MANAGER_START_MS);
    this.proxyWall = new WallClock(this.scheduler, MANAGER_START_MS + SKEW_MS, DRIFT);
    this.startManager();
    this.startProxy();
    this.scheduler.every(TRAFFIC_TICK_MS, () => this.traffic.tick(this.boot));
    this.scheduler.every(TICK_MS, () => this.#tickManager());
  }

  startProxy(): void {
    const { interval, bandwidth } = this.options;
    this.traffic.reset();
    this.boot = new Boot((++this.#boots).toString(16).padStart(32, "0"), {
      ...{ name: PROXY_ID, scheduler: this.scheduler, wall: this.proxyWall, interval, bandwidth },
      send: (bytes, seq, boot) => this.network.carry(() => this.#arrive(bytes, seq, boot)),
    });
  }

  startManager(): void {
    const watched = this.options.watched ? PROXY_ID : null;
    const manager = this.manager = new ManagerRun(() => this.managerWall.ms(), watched);
    this.oracle = new Oracle(this, manager);
  }

  stopManager(): void {
    this.manager = null;
  }

  /** The proxy as the manager knows it. */
  entry(): ProxyEntry | undefined {
    return this.manager?.get(PROXY_ID);
  }

  /** Lets time pass. */
  async pass(ms: number): Promise<void> {
    await this.scheduler.runTo(this.scheduler.now + ms);
  }

  /**
   * All is well again: waits as long as the picture may take to be right, and checks that it is. Where clients keep
   * quiet at first, the totals are exact to the byte.
   */
  async recover(quiet = this.random.chance(0.5)): Promise<void> {
    this.network.weather = CALM;
    const since = this.scheduler.now;
    const before = this.oracle.remember();
    this.traffic.quiet = quiet;
    await this.pass(2 * this.intervalMs);
    this.oracle.checkTotals();
    this.traffic.quiet = false;
    let refresh = 0;
    const seen = () => refresh = Math.max(refresh, this.entry()?.state.refresh_s ?? 0);
    while (this.scheduler.now < since + 2 * this.intervalMs + seen() * 1000) await this.pass(250);
    this.oracle.checkLive(before);
    // The last word of it may have come late, and the manager looks once a second.
    await this.pass(MAX_DELAY_MS + TICK_MS);
    this.oracle.checkAll(before);
    this.oracle.mayDrop = false;
  }

  #arrive(bytes: Uint8Array, seq: number, boot: Boot): void {
    if (this.manager === null) return;
    const reason = this.manager.ingest.handle(bytes);
    this.oracle.arrived(seq, boot, reason);
  }

  #tickManager(): void {
    if (this.manager === null) return;
    this.manager.tick();
    this.oracle.checkRates();
  }
}
