import type { BackendRecord } from "../stats/backend_record.ts";
import { Backend, type BackendOrder } from "./backend.ts";
import { hashText, mix } from "./hash.ts";
import type { Algorithm } from "./options.ts";
import { MAX_TARGETS, type Target } from "./target.ts";

export interface BalancerOptions {
  targets: readonly Target[];
  lb: Algorithm;
  /** Milliseconds since some fixed moment. */
  now?: () => number;
  /** From 0 up to, not including, 1. */
  random?: () => number;
}

/** A backend that is none any more is told of for so long, so that a manager learns of it. */
const TELL_MS = 120_000;

/** Chooses a backend for each connection; the first choice is among those that are up. */
export class Balancer {
  readonly now: () => number;
  readonly #random: () => number;
  #backends: readonly Backend[] = [];
  /** Those that may be chosen. */
  #enabled: readonly Backend[] = [];
  /** Those that were backends, and when they ceased to be. */
  readonly #removed = new Map<Backend, number>();
  #choose: (candidates: readonly Backend[], client: string) => Backend = byRoundRobin;

  constructor({ targets, lb, now, random = Math.random }: BalancerOptions) {
    this.now = now ?? (() => performance.now());
    this.#random = random;
    this.set(targets, lb);
  }

  /** All of them, whether they may be chosen or not. */
  get backends(): readonly Backend[] {
    return this.#backends;
  }

  /** Sets what the backends are; those that go on to be one keep their connections and figures. */
  set(targets: readonly Target[], lb: Algorithm): void {
    const before = new Set(this.#backends);
    const known = [...before, ...this.#removed.keys()];
    this.#backends = targets.map((target) => {
      const made = new Backend(target);
      const backend = known.find(({ name }) => isSameName(name, made.name)) ?? made;
      backend.weight = target.weight;
      before.delete(backend);
      if (this.#removed.delete(backend)) backend.comeBack();
      return backend;
    });
    for (const backend of before) {
      backend.order = "removed";
      this.#removed.set(backend, this.now());
    }
    this.#forgetRemoved();
    this.#choose = this.#chooser(lb);
    this.#orderChanged();
  }

  /** Sets whether a backend may be chosen; false if there is none of this name. */
  order(name: string, order: BackendOrder): boolean {
    const backend = this.#backends.find((backend) => isSameName(backend.name, name));
    if (!backend) return false;
    if (backend.order === "disabled" && order !== "disabled") backend.comeBack();
    backend.order = order;
    this.#orderChanged();
    return true;
  }

  #forgetRemoved(): void {
    for (const [backend, since] of this.#removed) {
      const isOver = backend.active === 0 && this.now() - since > TELL_MS;
      if (isOver || this.#removed.size > MAX_TARGETS) this.#removed.delete(backend);
    }
  }

  #orderChanged(): void {
    this.#enabled = this.#backends.filter(({ order }) => order === "enabled");
  }

  #chooser(lb: Algorithm) {
    return {
      roundrobin: byRoundRobin,
      random: (candidates: readonly Backend[]) => byChance(candidates, this.#random()),
      leastconn: byConnections,
      hash: byHash(this.#backends),
    }[lb];
  }

  /**
   * The backend for a client (an IP address), none of those `tried`: one that is up, else any;
   * null if all that may be chosen were tried.
   */
  pick(client: string, tried?: readonly Backend[]): Backend | null {
    const backends = this.#enabled;
    if (backends.length === 1) return tried?.includes(backends[0]) ? null : backends[0];
    const now = this.now();
    const rest = tried ? backends.filter((backend) => !tried.includes(backend)) : backends;
    const usable = rest.filter((backend) => backend.isUsable(now));
    const candidates = usable.length > 0 ? usable : rest;
    return candidates.length === 0 ? null : this.#choose(candidates, client);
  }

  /** What a report says of the backends in the order in which they were named, and of former ones. */
  records(): BackendRecord[] {
    this.#forgetRemoved();
    return [...this.#backends, ...this.#removed.keys()].map((backend) => backend.record());
  }
}

/** Host names are the same in capitals. */
function isSameName(a: string, b: string): boolean {
  return a.toLowerCase() === b.toLowerCase();
}

/** Smooth weighted round robin, as nginx has it: of weights 2 and 1 the turns are A B A, not A A B. */
function byRoundRobin(candidates: readonly Backend[]): Backend {
  let best = candidates[0];
  let sum = 0;
  for (const backend of candidates) {
    backend.credit += backend.weight;
    sum += backend.weight;
    if (backend.credit > best.credit) best = backend;
  }
  best.credit -= sum;
  return best;
}

/** `chance` from 0 up to, not including, 1. */
function byChance(candidates: readonly Backend[], chance: number): Backend {
  let left = chance * candidates.reduce((sum, { weight }) => sum + weight, 0);
  for (const backend of candidates) {
    left -= backend.weight;
    if (left < 0) return backend;
  }
  return candidates[candidates.length - 1];
}

/** The fewest connections for its weight; those with equally few take turns. */
function byConnections(candidates: readonly Backend[]): Backend {
  const least = Math.min(...candidates.map(({ active, weight }) => active / weight));
  return byRoundRobin(candidates.filter(({ active, weight }) => active / weight === least));
}

/**
 * Weighted rendezvous hashing: each backend draws a lot that depends on itself and the client alone, so
 * one that comes or goes moves no client between two others.
 */
function byHash(backends: readonly Backend[]) {
  const seeds = new Map(backends.map((backend) => [backend, hashText(backend.name)]));
  return (candidates: readonly Backend[], client: string): Backend => {
    const hash = hashText(client);
    let best = candidates[0];
    let shortest = Infinity;
    for (const backend of candidates) {
      const chance = (mix(hash ^ seeds.get(backend)!) + 0.5) / 2 ** 32;
      const wait = -Math.log(chance) / backend.weight;
      if (wait < shortest) [best, shortest] = [backend, wait];
    }
    return best;
  };
}
