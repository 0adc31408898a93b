import { timingSafeEqual } from "node:crypto";
import { compareSync } from "bcryptjs";
import type { PasswordHash } from "./htpasswd.ts";
import { shaCrypt } from "./sha_crypt.ts";

/** Whether the hash is this password's. Takes tens of milliseconds and more: for a thread of its own. */
export function verifyPassword(hash: PasswordHash, password: Uint8Array): boolean {
  if (hash.kind === "bcrypt") return verifyBcrypt(hash.text, password);
  const digest = shaCrypt(hash.id, password, hash.salt, hash.rounds);
  return timingSafeEqual(bytesOf(digest), bytesOf(hash.digest));
}

/** The library takes text; what is none in UTF-8, or has a NUL, which ends a password for others, never fits. */
function verifyBcrypt(hash: string, password: Uint8Array): boolean {
  const text = new TextDecoder().decode(password);
  const fits = !text.includes("\0") && !text.includes("\ufffd");
  return compareSync(text, hash) && fits;
}

function bytesOf(text: string): Uint8Array {
  return new TextEncoder().encode(text);
}
