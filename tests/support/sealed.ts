import { Ingest } from "../../manager/ingest.ts";
import { Registry } from "../../manager/registry.ts";
import { SealCheck } from "../../manager/sealed/check.ts";
import type { StatsKey } from "../../manager/sealed/keys.ts";
import { Unsealer } from "../../manager/sealed/unsealer.ts";
import { parseStatsKey } from "../../proxy/stats/key.ts";
import { T0 } from "./reports.ts";
import vectors from "../contract/sealed_reports.json" with { type: "json" };

/** Sealed reports that another implementation made, and what a manager makes of them. */
export const VECTORS = vectors;

/** Keys as users have them. */
export const KEYS = [
  "Jnp1pmKvzwxL46DzFvvwRLeKx81jmB4ERmzRTTY5n4I=",
  "mIu7hQprHBLUT+g6bqxYP3kHvYzLUj0DPdtV7KqYbfc=",
  "xUXSVWB2ShGN1RgKiTuHKcwhNCdcFoQH9XfVMUD2ZEc=",
] as const;

/** The key that stands in base64. */
export function keyOf(text: string): Uint8Array {
  const key = parseStatsKey(text);
  if (key === null) throw new Error("Expected a key");
  return key;
}

/** A manager's key. */
export function statsKey(text: string, boundTo: string | null = null): StatsKey {
  return { key: keyOf(text), boundTo };
}

/** Bytes that stand in base64. */
export const bytesOf = (text: string) => Uint8Array.fromBase64(text);

/** A manager that takes only what is sealed with these keys, without its socket; its clock is `at.ms`. */
export function sealedManager(keys: StatsKey[]) {
  const at = { ms: T0 };
  const registry = new Registry();
  const unsealer = new Unsealer(keys);
  const check = new SealCheck(keys, () => at.ms);
  const ingest = new Ingest(registry, () => at.ms, check);
  return {
    at,
    registry,
    /** Takes a datagram; returns why it was dropped, or null. */
    take(datagram: Uint8Array): string | null {
      const opened = unsealer.open(datagram);
      if (typeof opened === "string") return opened;
      return ingest.handle(opened.payload, "", 0, opened.seal);
    },
    setKeys(keys: StatsKey[]): void {
      unsealer.setKeys(keys);
      check.setKeys(keys);
    },
  };
}

/** A sealed report as WebCrypto makes it: written from the description, with nothing of the program. */
export async function sealByWebCrypto(
  master: Uint8Array<ArrayBuffer>,
  bootId: string,
  seq: bigint,
  report: Uint8Array<ArrayBuffer>,
): Promise<Uint8Array> {
  const number = new Uint8Array(8);
  for (let i = 0; i < 8; i++) number[i] = Number(seq >> BigInt(56 - 8 * i) & 255n);
  const header = concat(text("RPS\x01"), await keyId(master), Uint8Array.fromHex(bootId), number);
  const iv = concat(new Uint8Array(4), number);
  const algorithm = { name: "AES-GCM", iv, additionalData: header, tagLength: 128 };
  const key = await bootKey(master, bootId);
  return concat(header, new Uint8Array(await crypto.subtle.encrypt(algorithm, key, report)));
}

async function keyId(master: Uint8Array<ArrayBuffer>): Promise<Uint8Array> {
  const algorithm = { name: "HMAC", hash: "SHA-256" };
  const key = await crypto.subtle.importKey("raw", master, algorithm, false, ["sign"]);
  const mac = await crypto.subtle.sign("HMAC", key, text("rustproxy stats key id"));
  return new Uint8Array(mac, 0, 4);
}

async function bootKey(master: Uint8Array<ArrayBuffer>, bootId: string): Promise<CryptoKey> {
  const key = await crypto.subtle.importKey("raw", master, "HKDF", false, ["deriveKey"]);
  const salt = Uint8Array.fromHex(bootId);
  const algorithm = { name: "HKDF", hash: "SHA-256", salt, info: text("rustproxy stats 1") };
  return await crypto.subtle.deriveKey(algorithm, key, { name: "AES-GCM", length: 256 }, false, [
    "encrypt",
  ]);
}

function text(characters: string): Uint8Array<ArrayBuffer> {
  return new TextEncoder().encode(characters);
}

function concat(...parts: Uint8Array[]): Uint8Array<ArrayBuffer> {
  return new Uint8Array(parts.flatMap((part) => [...part]));
}
