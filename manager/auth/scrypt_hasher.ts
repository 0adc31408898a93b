import type { Hasher } from "../../proxy/auth/hasher.ts";
import { Failure } from "../../proxy/net/failure.ts";
import { type ScryptHash, verifyScrypt } from "./scrypt_hash.ts";

/** Jobs that wait; each takes some hundred milliseconds. */
export const MAX_WAITING = 32;
/** Jobs of one place, running or waiting, so that no place alone makes the others wait for long. */
export const MAX_OF_PLACE = 4;

interface Job {
  run: () => Promise<boolean>;
  from: string;
  result: PromiseWithResolvers<boolean>;
}

/**
 * Checks passwords one after the other: each check takes a core and tens of megabytes, so a flood of logins
 * takes one core and one check's memory.
 */
export class ScryptHasher implements Hasher<{ hash: ScryptHash }> {
  readonly #waiting: Job[] = [];
  readonly #places = new Map<string, number>();
  readonly #verify: typeof verifyScrypt;
  #running = false;

  constructor(verify = verifyScrypt) {
    this.#verify = verify;
  }

  /** Checks that wait. */
  get waiting(): number {
    return this.#waiting.length;
  }

  verify({ hash }: { hash: ScryptHash }, password: Uint8Array, from = ""): Promise<boolean> {
    const ofPlace = this.#places.get(from) ?? 0;
    if (ofPlace >= MAX_OF_PLACE) return Promise.reject(busy("too many of this address wait"));
    if (this.#waiting.length >= MAX_WAITING) return Promise.reject(busy("too many wait"));
    this.#places.set(from, ofPlace + 1);
    const result = Promise.withResolvers<boolean>();
    this.#waiting.push({ run: () => this.#verify(hash, password), from, result });
    this.#next();
    return result.promise;
  }

  /** Lets nobody wait any longer. */
  close(): void {
    for (const { result, from } of this.#waiting.splice(0)) {
      this.#leave(from);
      result.reject(busy("the manager stops"));
    }
  }

  #next(): void {
    const job = this.#running ? undefined : this.#waiting.shift();
    if (!job) return;
    this.#running = true;
    // First there is room again, then whoever waited for it hears of it.
    job.run().finally(() => {
      this.#running = false;
      this.#leave(job.from);
      this.#next();
    }).then(job.result.resolve, job.result.reject);
  }

  #leave(from: string): void {
    const left = this.#places.get(from)! - 1;
    if (left > 0) this.#places.set(from, left);
    else this.#places.delete(from);
  }
}

function busy(why: string): Failure {
  return new Failure("auth_busy", `the password cannot be checked now: ${why}`);
}
