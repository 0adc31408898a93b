/** Files of users and password hashes in the format of Apache's htpasswd. Pure. */
import type { ShaCryptId } from "./sha_crypt.ts";

/** A password's hash, as a Worker is told it. */
export type PasswordHash =
  | { kind: "bcrypt"; text: string }
  | { kind: "sha-crypt"; id: ShaCryptId; rounds: number; salt: string; digest: string };

/** Why a file cannot be used; names the line, and never what stands there. */
export class HtpasswdError extends Error {
  override name = "HtpasswdError";
}

/** Most users of a file. */
export const MAX_USERS = 10_000;
/** A hash that takes longer than some second to check is a mistake, or an attack on this machine. */
const MAX_BCRYPT_COST = 14;
const MIN_ROUNDS = 1000;
const MAX_ROUNDS = 500_000;
const DEFAULT_ROUNDS = 5000;
const MAX_USER_BYTES = 255;

const BCRYPT = /^\$2[aby]\$(\d\d)\$[./A-Za-z0-9]{53}$/;
const SHA_CRYPT =
  /^\$([56])\$(?:rounds=([1-9]\d{0,8})\$)?([./0-9A-Za-z]{1,16})\$([./0-9A-Za-z]{43}|[./0-9A-Za-z]{86})$/;
const EXPECTED = "expected a bcrypt ($2y$) or SHA-crypt ($5$, $6$) hash";

/** The hashes by user name; throws HtpasswdError for a file that is not whole, or weak in any line. */
export function parseHtpasswd(bytes: Uint8Array): Map<string, PasswordHash> {
  const users = new Map<string, PasswordHash>();
  for (const [at, line] of decode(bytes).split("\n").entries()) {
    const text = line.replace(/\r$/, "");
    if (text === "" || text.startsWith("#")) continue;
    try {
      addUser(users, text);
    } catch (error) {
      if (!(error instanceof HtpasswdError)) throw error;
      throw new HtpasswdError(`line ${at + 1}: ${error.message}`);
    }
  }
  if (users.size === 0) throw new HtpasswdError("expected at least one user");
  return users;
}

function decode(bytes: Uint8Array): string {
  try {
    return new TextDecoder("utf-8", { fatal: true }).decode(bytes);
  } catch {
    throw new HtpasswdError("expected text in UTF-8");
  }
}

function addUser(users: Map<string, PasswordHash>, line: string): void {
  const colon = line.indexOf(":");
  if (colon < 0) throw new HtpasswdError("expected user:hash");
  const user = line.slice(0, colon);
  if (user === "" || new TextEncoder().encode(user).length > MAX_USER_BYTES) {
    throw new HtpasswdError(`expected a user name of 1 to ${MAX_USER_BYTES} bytes`);
  }
  if (users.has(user)) throw new HtpasswdError("the user stands in an earlier line");
  if (users.size === MAX_USERS) throw new HtpasswdError(`expected at most ${MAX_USERS} users`);
  users.set(user, parseHash(line.slice(colon + 1)));
}

function parseHash(text: string): PasswordHash {
  const bcrypt = BCRYPT.exec(text);
  if (bcrypt) {
    const cost = Number(bcrypt[1]);
    if (cost >= 4 && cost <= MAX_BCRYPT_COST) return { kind: "bcrypt", text };
    throw new HtpasswdError(`expected a bcrypt cost from 4 to ${MAX_BCRYPT_COST}`);
  }
  const sha = SHA_CRYPT.exec(text);
  if (sha && sha[4].length === (sha[1] === "5" ? 43 : 86)) {
    const rounds = Number(sha[2] ?? DEFAULT_ROUNDS);
    if (rounds < MIN_ROUNDS || rounds > MAX_ROUNDS) {
      throw new HtpasswdError(`expected from ${MIN_ROUNDS} to ${MAX_ROUNDS} rounds`);
    }
    return { kind: "sha-crypt", id: sha[1] as ShaCryptId, rounds, salt: sha[3], digest: sha[4] };
  }
  throw new HtpasswdError(`${EXPECTED}${seemingly(text)}`);
}

/** What the hash seems to be instead, where that helps and says nothing of it. */
function seemingly(text: string): string {
  if (text.startsWith("$apr1$")) return ", not Apache's MD5 (apr1)";
  if (text.startsWith("$1$")) return ", not MD5-crypt";
  if (text.startsWith("{SHA}")) return ", not unsalted SHA-1";
  if (text.startsWith("$2x$")) return ", not the broken $2x$";
  if (/^\$(2|5|6)/.test(text)) return "; this one is not whole";
  return ", not a plain password or DES";
}
