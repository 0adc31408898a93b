import { isLoopback } from "../net/address.ts";
import { parseIp, unmapped, type Words } from "../net/ip.ts";
import { createIsLocal } from "./networks.ts";
import type { AccessOptions } from "./options.ts";
import {
  type AccessFlag,
  isAbout,
  isAboutHost,
  normalizeHost,
  parseRule,
  type Rule,
} from "./rules.ts";

/** A judgement: whether it is allowed, and what says so. */
export type Verdict = Pick<Rule, "allow" | "text">;

const BY_DEFAULT: Verdict = { allow: true, text: "no rule says otherwise" };
const NOT_NAMED: Verdict = { allow: false, text: "no --allow names it" };
const TARGET_NOT_NAMED: Verdict = { allow: false, text: "no --allow-target names it" };
const LOCAL: Verdict = {
  allow: false,
  text: "by default only clients on loopback reach the proxy's own host (local)",
};
const NO_ADDRESS: Verdict = { allow: false, text: "it is no address" };

/**
 * Says who may use a proxy, and where to. Rules are asked in the order in which they were written, clients'
 * and targets' apart, and the first that fits decides. Where there is an allow rule, what fits none is denied.
 */
export class Gate {
  #clients: readonly Rule[] = [];
  #targets: readonly Rule[] = [];
  readonly #isLocal = createIsLocal();

  constructor(access: AccessOptions) {
    this.set(access);
  }

  /** Sets other rules, for whoever is judged from now on. */
  set({ clients, targets }: AccessOptions): void {
    this.#clients = clients.map(parseText);
    this.#targets = targets.map(parseText);
  }

  /** False where every client may use the proxy. */
  get hasClientRules(): boolean {
    return this.#clients.length > 0;
  }

  /** `client_denied`, or null for a client that may use the proxy. */
  client(ip: string): "client_denied" | null {
    return this.judgeClient(ip).allow ? null : "client_denied";
  }

  /** `target_denied`, or null for an address that the client may reach; `host` is what it asked for. */
  target(client: string, host: string, ip: string, port: number): "target_denied" | null {
    return this.judgeTarget(client, host, ip, port).allow ? null : "target_denied";
  }

  /** `target_denied` for a name that is denied whatever its addresses are, so that it need not be looked up. */
  name(host: string, port: number): "target_denied" | null {
    return this.judgeName(host, port) === null ? null : "target_denied";
  }

  judgeClient(ip: string): Verdict {
    if (this.#clients.length === 0) return BY_DEFAULT;
    const words = wordsOf(ip);
    if (words === null) return NO_ADDRESS;
    for (const rule of this.#clients) if (isAbout(rule, words)) return rule;
    return hasAllow(this.#clients) ? NOT_NAMED : BY_DEFAULT;
  }

  judgeTarget(client: string, host: string, ip: string, port: number): Verdict {
    const mayBeLocal = isLoopback(client);
    if (mayBeLocal && this.#targets.length === 0) return BY_DEFAULT;
    const words = wordsOf(ip);
    if (words === null) return NO_ADDRESS;
    const guarded = !mayBeLocal && this.#isLocal(words);
    if (this.#targets.length > 0) {
      const name = normalizeHost(host);
      for (const rule of this.#targets) {
        if (!isAboutHost(rule, name, port) || !isAbout(rule, words)) continue;
        // A name may lead anywhere, and "*" hardly means this host: only a rule about it opens it.
        if (!guarded || !rule.allow || rule.local) return rule;
      }
    }
    if (guarded) return LOCAL;
    return hasAllow(this.#targets) ? TARGET_NOT_NAMED : BY_DEFAULT;
  }

  /** The verdict on a name that is denied whatever its addresses are; null where they decide. */
  judgeName(host: string, port: number): Verdict | null {
    if (this.#targets.length === 0) return null;
    const name = normalizeHost(host);
    for (const rule of this.#targets) {
      if (!isAboutHost(rule, name, port)) continue;
      return rule.allow || rule.networks !== null ? null : rule;
    }
    return hasAllow(this.#targets) ? TARGET_NOT_NAMED : null;
  }
}

function parseText(text: string): Rule {
  const space = text.indexOf(" ");
  return parseRule(text.slice(0, space) as AccessFlag, text.slice(space + 1));
}

function wordsOf(ip: string): Words | null {
  const words = parseIp(ip);
  return words && unmapped(words);
}

function hasAllow(rules: readonly Rule[]): boolean {
  return rules.some(({ allow }) => allow);
}
