import { createHash, randomBytes } from "node:crypto";
import { Reloaded } from "../../proxy/reloaded.ts";
import { readLines } from "./lines.ts";
import type { Role } from "./principal.ts";

/** Whom a token stands for. */
export interface TokenHolder {
  name: string;
  role: Role;
}

/** Shorter ones could be guessed. */
const TOKEN = /^[A-Za-z0-9._~+/-]{32,512}=*$/;
const DIGEST = /^sha256:([0-9a-f]{64})$/i;

/** How a new token begins, so that whoever finds one knows what it is. */
export const TOKEN_PREFIX = "rpt_";

/** A new token: 256 random bits. */
export function newToken(): string {
  return `${TOKEN_PREFIX}${randomBytes(32).toBase64({ alphabet: "base64url", omitPadding: true })}`;
}

/** SHA-256 of a token in hex: enough for what nobody can guess, and nothing to log in with. */
export function tokenDigest(token: string): string {
  return createHash("sha256").update(token).digest("hex");
}

/** The bearer tokens (RFC 6750) of a file, which is followed. */
export class Tokens {
  readonly #file: Reloaded<Map<string, TokenHolder>>;

  /** Reads the file; throws FileError. */
  constructor(path: string) {
    this.#file = new Reloaded({
      files: [{ flag: "--token-file", path }],
      parse([file]) {
        const holders = new Map<string, TokenHolder>();
        for (const { number, name, role, secret } of readLines(file)) {
          const digest = digestOf(secret);
          if (digest === null) throw file.error(`line ${number}: ${EXPECTED}`);
          if (holders.has(digest)) {
            throw file.error(`line ${number}: the token stands in an earlier line`);
          }
          holders.set(digest, { name, role });
        }
        if (holders.size === 0) throw file.error("expected at least one token");
        return holders;
      },
      by: "manager",
    });
  }

  /** Whose token this is the digest of. What the time of the search tells is of a digest, not of a token. */
  find(digest: string): TokenHolder | null {
    return this.#file.value.get(digest) ?? null;
  }

  /** Follows the file from now on, until closed. */
  follow(): void {
    this.#file.watch();
  }

  close(): void {
    this.#file.close();
  }
}

const EXPECTED = "expected a token of 32 to 512 characters, as rustproxy --print-token makes " +
  "them, or sha256: and its digest in hex";

function digestOf(secret: string): string | null {
  const digest = DIGEST.exec(secret)?.[1];
  if (digest !== undefined) return digest.toLowerCase();
  return TOKEN.test(secret) ? tokenDigest(secret) : null;
}
