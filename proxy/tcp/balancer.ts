import type { BackendRecord } from "../stats/backend_record.ts";
import { Backend } from "./backend.ts";
import { hashText, mix } from "./hash.ts";
import type { Algorithm } from "./options.ts";
import type { Target } from "./target.ts";

export interface BalancerOptions {
  targets: readonly Target[];
  lb: Algorithm;
  /** Milliseconds since some fixed moment. */
  now?: () => number;
  /** From 0 up to, not including, 1. */
  random?: () => number;
}

/** Chooses a backend for each connection; the first choice is among those that are up. */
export class Balancer {
  readonly backends: readonly Backend[];
  readonly now: () => number;
  readonly #choose: (candidates: readonly Backend[], client: string) => Backend;

  constructor({ targets, lb, now, random = Math.random }: BalancerOptions) {
    this.backends = targets.map((target) => new Backend(target));
    this.now = now ?? (() => performance.now());
    this.#choose = {
      roundrobin: byRoundRobin,
      random: (candidates: readonly Backend[]) => byChance(candidates, random()),
      leastconn: byConnections,
      hash: byHash(this.backends),
    }[lb];
  }

  /**
   * The backend for a client (an IP address), none of those `tried`: one that is up, else any;
   * null if all were tried.
   */
  pick(client: string, tried?: readonly Backend[]): Backend | null {
    const { backends } = this;
    if (backends.length === 1) return tried ? null : backends[0];
    const now = this.now();
    const rest = tried ? backends.filter((backend) => !tried.includes(backend)) : backends;
    const usable = rest.filter((backend) => backend.isUsable(now));
    const candidates = usable.length > 0 ? usable : rest;
    return candidates.length === 0 ? null : this.#choose(candidates, client);
  }

  /** What a report says of the backends, in the order in which they were named. */
  records(): BackendRecord[] {
    return this.backends.map((backend) => backend.record());
  }
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
