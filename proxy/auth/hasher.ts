import { getLogger } from "@logtape/logtape";
import { Failure } from "../net/failure.ts";
import type { HashJob, HashResult } from "./hash_worker.ts";
import type { PasswordHash } from "./htpasswd.ts";

/** Checks passwords against their hashes somewhere else than on the data path. */
export interface Hasher<H = PasswordHash> {
  /** For whoever asks `from` there; rejects with Failure `auth_busy` where too many wait already. */
  verify(hash: H, password: Uint8Array, from?: string): Promise<boolean>;
  close(): void;
}

/** Jobs that may wait at a time; each takes tens of milliseconds. */
const MAX_JOBS = 64;

/** In the executable the Worker's bundle stands beside those of the program and of its workers. */
const HASH_WORKER = new URL(
  import.meta.url.replace(/(hasher|main|worker)(\.\w+)$/, "hash_worker$2"),
);

/** A Worker that checks passwords, started when the first one comes. */
export class WorkerHasher implements Hasher {
  readonly #jobs = new Map<number, PromiseWithResolvers<boolean>>();
  #worker: Worker | null = null;
  #lastId = 0;

  constructor(readonly url = HASH_WORKER) {}

  verify(hash: PasswordHash, password: Uint8Array): Promise<boolean> {
    if (this.#jobs.size >= MAX_JOBS) return Promise.reject(busy("too many wait"));
    const job = Promise.withResolvers<boolean>();
    const id = ++this.#lastId;
    this.#jobs.set(id, job);
    this.#worker ??= this.#start();
    this.#worker.postMessage({ id, hash, password } satisfies HashJob);
    return job.promise;
  }

  close(): void {
    this.#worker?.terminate();
    this.#worker = null;
    for (const job of this.#jobs.values()) job.reject(busy("the proxy stops"));
    this.#jobs.clear();
  }

  #start(): Worker {
    const worker = new Worker(this.url, { type: "module" });
    worker.onmessage = ({ data: { id, ok } }: MessageEvent<HashResult>) => {
      this.#jobs.get(id)?.resolve(ok);
      this.#jobs.delete(id);
    };
    worker.onerror = (event) => {
      // Unless it is taken here, a worker's error ends the whole program. The next job starts another one.
      event.preventDefault();
      getLogger(["rustproxy", "proxy"]).error(`Checking passwords failed: ${event.message}`);
      if (worker === this.#worker) this.close();
    };
    return worker;
  }
}

function busy(why: string): Failure {
  return new Failure("auth_busy", `the password cannot be checked now: ${why}`);
}
