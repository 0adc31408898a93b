import { deriveKey, isSealed, keyIdOf, readHeader, unseal } from "../../proxy/stats/seal.ts";
import type { StatsKey } from "./keys.ts";
import { ReplayWindow } from "./window.ts";

/** What is certain of a sealed report: who has the key sealed it as this one of this boot. */
export interface Seal {
  bootId: string;
  seq: number;
  /** The only proxy that this key may speak for; null for any that has no key of its own. */
  boundTo: string | null;
}

/** A sealed report, opened. */
export interface Opened {
  payload: Uint8Array;
  seal: Seal;
}

/** Why a datagram is not opened. */
export type UnsealDrop =
  | "unsealed"
  /** It is sealed, but there is no key here at all. */
  | "no_key"
  | "unknown_version"
  | "unknown_key"
  | "bad_seal"
  | "replayed";

/** Boots whose windows are kept for all keys that are bound to no proxy, and for each that is. */
export const MAX_BOOTS = 20_000;
export const MAX_BOUND_BOOTS = 32;

/** One boot as one key knows it: who has another key cannot touch its window. */
interface Boot {
  key: Uint8Array;
  window: ReplayWindow;
}

interface KnownKey {
  id: number;
  name: string;
  master: Uint8Array;
  boundTo: string | null;
  /** The boots of this key, in those of its group: a proxy with a key of its own cannot crowd out others. */
  boots: Boots;
}

/** Boots by name; the one longest silent makes room: that lets in again what it sent within five minutes, no more. */
class Boots {
  readonly #boots = new Map<string, Boot>();
  readonly #max: number;

  constructor(max: number) {
    this.#max = max;
  }

  get(name: string): Boot | undefined {
    return this.#boots.get(name);
  }

  /** Notes that a boot has just spoken. */
  touch(name: string, boot: Boot): void {
    this.#boots.delete(name);
    this.#boots.set(name, boot);
    if (this.#boots.size <= this.#max) return;
    const [longestSilent] = this.#boots.keys();
    this.#boots.delete(longestSilent);
  }
}

/**
 * Opens sealed reports, each once. Nothing is kept of a datagram that no key fits, so that strangers
 * make nothing grow.
 */
export class Unsealer {
  #keys = new Map<string, KnownKey>();
  #byId = new Map<number, KnownKey[]>();
  readonly #unbound: Boots;
  readonly #maxBound: number;

  constructor(
    keys: readonly StatsKey[],
    { maxBoots = MAX_BOOTS, maxBoundBoots = MAX_BOUND_BOOTS } = {},
  ) {
    this.#unbound = new Boots(maxBoots);
    this.#maxBound = maxBoundBoots;
    this.setKeys(keys);
  }

  /** Takes these keys from now on; those that stay keep what is known of their boots. */
  setKeys(keys: readonly StatsKey[]): void {
    const before = this.#keys;
    this.#keys = new Map();
    this.#byId = new Map();
    for (const { key: master, boundTo } of keys) {
      const name = master.toHex();
      let known = before.get(name);
      if (known?.boundTo !== boundTo) known = undefined;
      const boots = boundTo === null ? this.#unbound : new Boots(this.#maxBound);
      known ??= { id: keyIdOf(master), name, master, boundTo, boots };
      this.#keys.set(name, known);
      const same = this.#byId.get(known.id);
      if (same) same.push(known);
      else this.#byId.set(known.id, [known]);
    }
  }

  /** The report in a datagram, or why there is none. */
  open(datagram: Uint8Array): Opened | UnsealDrop {
    if (!isSealed(datagram)) return "unsealed";
    const header = readHeader(datagram);
    if (typeof header === "string") return header;
    const { keyId, bootId, seq } = header;
    const keys = this.#byId.get(keyId);
    if (!keys) return "unknown_key";
    for (const { name: keyName, master, boundTo, boots } of keys) {
      const name = `${keyName} ${bootId}`;
      const boot = boots.get(name) ??
        { key: deriveKey(master, bootId), window: new ReplayWindow() };
      const payload = unseal(datagram, boot.key);
      if (payload === null) continue;
      if (!boot.window.take(seq)) return "replayed";
      boots.touch(name, boot);
      return { payload, seal: { bootId, seq, boundTo } };
    }
    return "bad_seal";
  }
}
