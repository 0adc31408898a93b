import { resolveHost } from "../net/dial.ts";
import { SYSTEM_CLOCK } from "../net/throttle.ts";
import { ExpiringCache } from "./cache.ts";
import { DnsError } from "./error.ts";
import { type Found, join, takeTurn } from "./found.ts";
import type { DnsOptions } from "./options.ts";
import type { AddressType, Answer } from "./query.ts";
import { sharing } from "./sharing.ts";
import { specialAddresses } from "./special.ts";
import { type UpstreamDeps, Upstreams } from "./upstreams.ts";

export interface Resolver {
  /** A name's addresses, at least one; throws an error with a `code`. */
  resolve(host: string): Promise<string[]>;
  /** Ends what runs; names can no longer be resolved. */
  close(): void;
}

/** Look-ups that run at a time; each has up to two sockets. */
export const MAX_LOOKUPS = 256;
/** How often a name whose alias leads out of the answer is asked for again. */
const MAX_QUESTIONS = 5;

/** Resolves names by the servers that the options name, or as the system does where there are none. */
export function resolverFor(options: DnsOptions | null): Resolver {
  return options ? createResolver(options) : createSystemResolver();
}

/** Resolves names by the servers that `--dns` names. */
export function createResolver(options: DnsOptions, deps: Partial<UpstreamDeps> = {}): Resolver {
  const { clock = SYSTEM_CLOCK, caCerts = [] } = deps;
  const upstreams = new Upstreams(options, { clock, caCerts });
  const longestMs = options.servers.length * options.timeout * 1000;
  const cache = new ExpiringCache<Found>(options.cacheSize, () => clock.now());
  let turn = 0;
  const answer = (name: string, found: Found) => {
    if (found.code) throw new DnsError(found.code, `cannot resolve ${name}`);
    return takeTurn(found, turn = (turn + 1) & 0xffff);
  };
  const lookUp = sharing(async (name) => {
    const until = clock.now() + longestMs;
    const found = await askBoth(upstreams, name, () => clock.now() < until);
    cache.set(name, found, found.ttl * 1000);
    return answer(name, found);
  }, MAX_LOOKUPS);
  return {
    // Async, so that what it throws is a rejection.
    // deno-lint-ignore require-await
    async resolve(host) {
      const name = host.replace(/\.$/, "").toLowerCase();
      const special = specialAddresses(name);
      if (special) return special;
      const found = cache.get(name);
      return found ? answer(name, found) : lookUp(name);
    },
    close: () => upstreams.close(),
  };
}

/** `mayGoOn` says whether there is time for a further question. */
async function askBoth(
  upstreams: Upstreams,
  name: string,
  mayGoOn: () => boolean,
): Promise<Found> {
  const types: AddressType[] = ["A", "AAAA"];
  const halves = types.map((type) => askThrough(upstreams, name, type, mayGoOn));
  const [a, aaaa] = await Promise.allSettled(halves);
  return join(a, aaaa);
}

/** Asks until an alias no longer leads out of the answer. */
async function askThrough(
  upstreams: Upstreams,
  name: string,
  type: AddressType,
  mayGoOn: () => boolean,
): Promise<Answer> {
  let ttl = Infinity;
  for (let asked = name, questions = 0; questions < MAX_QUESTIONS; questions++) {
    if (questions > 0 && !mayGoOn()) throw new DnsError("EAI_AGAIN", "aliases take too long");
    const answer = await upstreams.ask(asked, type);
    ttl = Math.min(ttl, answer.ttl);
    if (answer.kind !== "alias") return { ...answer, ttl };
    asked = answer.target;
  }
  throw new DnsError("ESERVFAIL", `more than ${MAX_QUESTIONS} answers lead to another name`);
}

/**
 * Resolves names as the system does. Those who wait for one name share a look-up, which takes a thread
 * of the runtime's pool and some 20 to 60 µs even where no server is asked. Nothing is remembered: the
 * system tells no time to live, its own cache (nscd, systemd-resolved) knows it, and a name that moves
 * to another address must be followed at once.
 */
export function createSystemResolver(): Resolver {
  return { resolve: sharing(resolveHost, Infinity), close() {} };
}
