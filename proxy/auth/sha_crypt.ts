/** SHA-crypt as U. Drepper specified it ("Unix crypt using SHA-256 and SHA-512", 2008). Pure. */
import { createHash } from "node:crypto";

export type ShaCryptId = "5" | "6";

interface Variant {
  algorithm: string;
  /** The digest's bytes in the order in which they are encoded, the most significant of each three first. */
  order: number[];
}

const ALPHABET = "./0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";

const VARIANTS: Record<ShaCryptId, Variant> = {
  5: { algorithm: "sha256", order: encodingOrder(10, [2, 0, 1], [31, 30]) },
  6: { algorithm: "sha512", order: encodingOrder(21, [1, 2, 0], [63]) },
};

/**
 * One byte of each third of the digest at a time; `turn` says in which order the next group has the
 * thirds, seen from this one, and `rest` is what does not fill a group.
 */
function encodingOrder(third: number, turn: number[], rest: number[]): number[] {
  const order: number[] = [];
  let thirds = [0, 1, 2];
  for (let at = 0; at < third; at++) {
    for (const n of thirds) order.push(n * third + at);
    thirds = turn.map((n) => thirds[n]);
  }
  return [...order, ...rest];
}

/** The last part of `$id$rounds=…$salt$…` for a password; the salt is of at most 16 characters of ASCII. */
export function shaCrypt(
  id: ShaCryptId,
  password: Uint8Array,
  salt: string,
  rounds: number,
): string {
  const { algorithm, order } = VARIANTS[id];
  const hash = (...parts: (Uint8Array | string)[]): Uint8Array => {
    const context = createHash(algorithm);
    for (const part of parts) context.update(part);
    return context.digest();
  };
  const inner = hash(password, salt, password);
  const bits: Uint8Array[] = [];
  for (let n = password.length; n > 0; n >>= 1) bits.push(n & 1 ? inner : password);
  let digest = hash(password, salt, stretch(inner, password.length), ...bits);
  const p = stretch(hash(...Array(password.length).fill(password)), password.length);
  const s = stretch(hash(...Array(16 + digest[0]).fill(salt)), salt.length);
  for (let round = 0; round < rounds; round++) {
    const odd = round % 2 === 1;
    const parts = [odd ? p : digest];
    if (round % 3 !== 0) parts.push(s);
    if (round % 7 !== 0) parts.push(p);
    parts.push(odd ? digest : p);
    digest = hash(...parts);
  }
  return encode(digest, order);
}

/** The digest over and over, `length` bytes of it. */
function stretch(digest: Uint8Array, length: number): Uint8Array {
  const bytes = new Uint8Array(length);
  for (let at = 0; at < length; at += digest.length) {
    bytes.set(digest.subarray(0, Math.min(digest.length, length - at)), at);
  }
  return bytes;
}

/** Three bytes as four characters, the lowest six bits first. */
function encode(digest: Uint8Array, order: number[]): string {
  let text = "";
  for (let at = 0; at < order.length; at += 3) {
    const group = order.slice(at, at + 3);
    let value = group.reduce((sum, index) => (sum << 8) | digest[index], 0);
    for (let left = group.length + 1; left > 0; left--, value >>>= 6) text += ALPHABET[value & 63];
  }
  return text;
}
