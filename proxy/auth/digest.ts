import { createHmac, randomBytes } from "node:crypto";

/**
 * Digests of credentials under a key that nobody knows, not even for the time of a run: they can be
 * kept and compared in any way, since neither they nor the time of a comparison tell anything.
 */
export class CredentialDigest {
  readonly #key = randomBytes(32);

  /** Of both together; where one ends and the other begins counts too. */
  of(user: Uint8Array, password: Uint8Array): string {
    return createHmac("sha256", this.#key).update(`${user.length}:`).update(user).update(password)
      .digest("base64");
  }

  /** A number from 0 to `n` - 1 that is always the same for a user. */
  pick(user: Uint8Array, n: number): number {
    return createHmac("sha256", this.#key).update(user).digest().readUInt32BE() % n;
  }
}
