/** The master key of sealed reports as a user has it: 32 random bytes in base64. Pure. */
import { randomBytes } from "node:crypto";

const KEY_BYTES = 32;

/** What a key has to be, for messages; a key itself is never repeated. */
export const KEY_EXPECTED =
  "expected 32 random bytes in base64, as rustproxy --print-key makes them";

/** A new key in base64. */
export function newStatsKey(): string {
  for (;;) {
    const text = randomBytes(KEY_BYTES).toString("base64");
    if (parseStatsKey(text) !== null) return text;
  }
}

/** The key that stands in base64; null for anything but 32 bytes that look random. */
export function parseStatsKey(text: string): Uint8Array | null {
  if (!/^[A-Za-z0-9+/]{43}=$/.test(text)) return null;
  const key = Uint8Array.fromBase64(text);
  return key.toBase64() === text && looksRandom(key, text) ? key : null;
}

/** False for what chance does not bring: a byte over and over, a text, or a pass phrase of the right length. */
function looksRandom(key: Uint8Array, text: string): boolean {
  const isText = key.every((byte) => byte >= 0x20 && byte < 0x7f);
  const isMixed = /[a-z]/.test(text) && /[A-Z]/.test(text);
  return new Set(key).size >= KEY_BYTES / 2 && !isText && isMixed;
}

/** The lines of a file of keys that are neither empty nor comments, counted from 1. */
export function keyLines(file: Uint8Array): { text: string; number: number }[] {
  return new TextDecoder().decode(file).split("\n")
    .map((line, i) => ({ text: line.trim(), number: i + 1 }))
    .filter(({ text }) => text !== "" && !text.startsWith("#"));
}
