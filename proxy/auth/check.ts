import { HashedUsers, type HashSource } from "./hashed_users.ts";
import type { Hasher } from "./hasher.ts";
import { createPlainCheck, type Credentials } from "./plain.ts";

/** Says whether clients are who they say they are. */
export interface CredentialCheck {
  /**
   * A promise only where a hash has to be computed; it rejects with Failure `auth_busy` where too many
   * have to, or too many of those `from` the same place. The bytes may be overwritten as soon as this has
   * returned.
   */
  check(user: Uint8Array, password: Uint8Array, from?: string): boolean | Promise<boolean>;
  /** Another number as soon as earlier verdicts hold no longer. */
  readonly version: number;
  /** Ends its thread; harmless when called again. */
  close(): void;
}

/** The longest user name and password, in bytes (RFC 1929, section 2). */
const MAX_BYTES = 255;

/** The check of those users, or null where there are none; it closes the hasher that it asks for. */
export function createCredentialCheck<H>(
  plain: readonly Credentials[],
  file: HashSource<H> | null,
  hasher: () => Hasher<H>,
): CredentialCheck | null {
  if (plain.length === 0 && !file) return null;
  const isPlain = plain.length > 0 ? createPlainCheck(plain) : null;
  const hashed = file && new HashedUsers(file, hasher());
  return {
    check(user, password, from) {
      if (user.length > MAX_BYTES || password.length > MAX_BYTES) return false;
      if (isPlain?.(user, password)) return true;
      return hashed !== null && hashed.check(user, password, from);
    },
    get version() {
      return file?.version ?? 0;
    },
    close() {
      hashed?.close();
    },
  };
}
