import { CredentialDigest } from "./digest.ts";
import type { Hasher } from "./hasher.ts";
import { Verdicts } from "./verdicts.ts";

/** The hashes by user name, which may change. */
export interface HashSource<H> {
  readonly value: ReadonlyMap<string, H>;
  /** Goes up with each change. */
  readonly version: number;
  onChange: (() => void) | null;
}

/** Checks users of a file of hashes. What was checked lately is remembered, and no password is. */
export class HashedUsers<H> {
  readonly #file: HashSource<H>;
  readonly #hasher: Hasher<H>;
  readonly #verdicts: Verdicts;
  readonly #digest = new CredentialDigest();
  /** Checks under way, by the digest of their credentials: as many as the hasher takes. */
  readonly #running = new Map<string, Promise<boolean>>();
  #hashes: H[];

  constructor(file: HashSource<H>, hasher: Hasher<H>, verdicts = new Verdicts()) {
    this.#file = file;
    this.#hasher = hasher;
    this.#verdicts = verdicts;
    this.#hashes = [...file.value.values()];
    file.onChange = () => {
      this.#hashes = [...file.value.values()];
      verdicts.clear();
    };
  }

  /** A promise only where a hash has to be computed; many who ask the same share one. */
  check(user: Uint8Array, password: Uint8Array, from?: string): boolean | Promise<boolean> {
    const digest = this.#digest.of(user, password);
    return this.#verdicts.get(digest) ?? this.#running.get(digest) ??
      this.#start(digest, user.slice(), password.slice(), from);
  }

  close(): void {
    this.#file.onChange = null;
    this.#hasher.close();
  }

  #start(
    digest: string,
    user: Uint8Array,
    password: Uint8Array,
    from?: string,
  ): Promise<boolean> {
    const verdict = this.#verify(digest, user, password, from);
    this.#running.set(digest, verdict);
    const end = () => this.#running.delete(digest);
    verdict.then(end, end);
    return verdict;
  }

  async #verify(
    digest: string,
    user: Uint8Array,
    password: Uint8Array,
    from?: string,
  ): Promise<boolean> {
    for (;;) {
      const { version } = this.#file;
      const hash = this.#hashOf(user);
      const fits = await this.#hasher.verify(hash ?? this.#anyHash(user), password, from);
      // The file has changed meanwhile: the verdict is on what no longer counts.
      if (version !== this.#file.version) continue;
      const ok = fits && hash !== undefined;
      this.#verdicts.set(digest, ok);
      return ok;
    }
  }

  #hashOf(user: Uint8Array): H | undefined {
    try {
      return this.#file.value.get(new TextDecoder("utf-8", { fatal: true }).decode(user));
    } catch {
      return undefined;
    }
  }

  /** For who is not there: somebody's hash, so that it takes as long as a wrong password of one who is. */
  #anyHash(user: Uint8Array): H {
    return this.#hashes[this.#digest.pick(user, this.#hashes.length)];
  }
}
