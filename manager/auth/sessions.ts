import { createHash, randomBytes } from "node:crypto";
import type { Account } from "./accounts.ts";

/** A session ends after so much time without a request or a live view. */
export const IDLE_MS = 30 * 60_000;
/** And so long after the login in any case. */
export const ABSOLUTE_MS = 12 * 60 * 60_000;
/** Sessions of one account, and of all; the oldest make room. */
export const MAX_OF_ACCOUNT = 10;
export const MAX_SESSIONS = 1_000;

/** Somebody who has logged in. */
export interface Session {
  account: Account;
  begunMs: number;
  usedMs: number;
}

export interface SessionsDeps {
  /** Milliseconds of a clock that does not run backwards. */
  now: () => number;
  /** The account of this name as it is now. */
  account: (name: string) => Account | null;
}

/** Who has logged in. Only digests of the ids are kept, so what is in memory opens nothing. */
export class Sessions {
  readonly #deps: SessionsDeps;
  /** By the digest of the id, in the order of their begin. */
  readonly #sessions = new Map<string, Session>();

  constructor(deps: SessionsDeps) {
    this.#deps = deps;
  }

  get size(): number {
    return this.#sessions.size;
  }

  /** Begins one, and gives its id: 256 random bits. */
  begin(account: Account): string {
    const ofAccount = this.#sessions.entries()
      .filter(([, session]) => session.account.name === account.name).toArray();
    if (ofAccount.length >= MAX_OF_ACCOUNT) this.#drop(ofAccount[0][0]);
    if (this.#sessions.size >= MAX_SESSIONS) this.#drop(this.#sessions.keys().next().value!);
    const id = randomBytes(32).toBase64({ alphabet: "base64url", omitPadding: true });
    const now = this.#deps.now();
    this.#sessions.set(digestOf(id), { account, begunMs: now, usedMs: now });
    return id;
  }

  /** The session of this id, which is used by that; null where there is none, or it has ended. */
  use(id: string): Session | null {
    const session = this.#sessions.get(digestOf(id)) ?? null;
    if (session === null || !this.holds(session)) return null;
    this.touch(session);
    return session;
  }

  /** Somebody is there. */
  touch(session: Session): void {
    session.usedMs = this.#deps.now();
  }

  /** False once it has ended: by time, or since its account is no longer what it was. */
  holds(session: Session): boolean {
    const { account, begunMs, usedMs } = session;
    const now = this.#deps.now();
    return now - usedMs < IDLE_MS && now - begunMs < ABSOLUTE_MS &&
      this.#deps.account(account.name)?.mark === account.mark;
  }

  /** Ends the session of this id, and gives it; null where there is none. */
  end(id: string): Session | null {
    return this.#drop(digestOf(id));
  }

  /** Drops those that have ended. */
  sweep(): void {
    for (const [digest, session] of this.#sessions) {
      if (!this.holds(session)) this.#drop(digest);
    }
  }

  #drop(digest: string): Session | null {
    const session = this.#sessions.get(digest) ?? null;
    this.#sessions.delete(digest);
    // A live view may hold it, and has to see that it is over.
    if (session) session.usedMs = -Infinity;
    return session;
  }
}

function digestOf(id: string): string {
  return createHash("sha256").update(id).digest("base64");
}
