/** Password hashes by scrypt (RFC 7914) as text: `$scrypt$ln=15,r=8,p=3$salt$hash`, the last two in base64. */
import { randomBytes, scrypt, timingSafeEqual } from "node:crypto";

/** What a password is hashed with. */
export interface ScryptHash {
  /** The logarithm of N. */
  ln: number;
  r: number;
  p: number;
  salt: Uint8Array;
  digest: Uint8Array;
}

/**
 * One of the sets that OWASP names as of equal strength: this one takes 32 MiB, a third of a second on a core of
 * today, and no more memory than a small manager has.
 */
const OURS = { ln: 15, r: 8, p: 3 };
const DIGEST_BYTES = 32;
const SALT_BYTES = 16;

/** Memory of one computation: 128 * N * r bytes. */
const MAX_MEMORY = 256 << 20;
/** N * r * p: less is too weak, and more takes some seconds to check. */
const MIN_WORK = 2 ** 17;
const MAX_WORK = 2 ** 22;

const FORM =
  /^\$scrypt\$ln=(\d{1,2}),r=(\d{1,3}),p=(\d{1,3})\$([A-Za-z0-9+/]{11,86})={0,2}\$([A-Za-z0-9+/]{22,86})={0,2}$/;

/** What a hash has to be, for messages; a hash itself is never repeated. */
export const HASH_EXPECTED =
  "expected a hash as rustproxy --hash-password makes it: $scrypt$ln=15,r=8,p=3$salt$hash";

/** The hash that stands in a text; null where there is none, or one too weak or too slow to be used. */
export function parseScryptHash(text: string): ScryptHash | null {
  const match = FORM.exec(text);
  if (!match) return null;
  const [ln, r, p] = match.slice(1, 4).map(Number);
  const work = 2 ** ln * r * p;
  if (!(work >= MIN_WORK && work <= MAX_WORK && 128 * 2 ** ln * r <= MAX_MEMORY)) return null;
  try {
    const [salt, digest] = match.slice(4).map((base64) => Uint8Array.fromBase64(base64));
    return salt.length >= 8 && digest.length >= 16 ? { ln, r, p, salt, digest } : null;
  } catch {
    return null;
  }
}

/** A new hash of a password, as text. */
export async function hashPassword(password: Uint8Array): Promise<string> {
  const salt = randomBytes(SALT_BYTES);
  const { ln, r, p } = OURS;
  const digest = await derive(password, { ...OURS, salt, digest: new Uint8Array(DIGEST_BYTES) });
  return `$scrypt$ln=${ln},r=${r},p=${p}$${base64(salt)}$${base64(digest)}`;
}

/** Whether the hash is this password's. Works on a thread of the runtime's, not on the caller's. */
export async function verifyScrypt(hash: ScryptHash, password: Uint8Array): Promise<boolean> {
  return timingSafeEqual(await derive(password, hash), hash.digest);
}

function derive(password: Uint8Array, { ln, r, p, salt, digest }: ScryptHash): Promise<Uint8Array> {
  const options = { N: 2 ** ln, r, p, maxmem: MAX_MEMORY + (1 << 20) };
  return new Promise((resolve, reject) => {
    scrypt(password, salt, digest.length, options, (error, key) => {
      if (error) reject(error);
      else resolve(key);
    });
  });
}

/** Without padding, as such texts have it. */
function base64(bytes: Uint8Array): string {
  return bytes.toBase64({ omitPadding: true });
}
