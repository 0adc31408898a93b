import { CredentialDigest } from "../../proxy/auth/digest.ts";
import { Failure } from "../../proxy/net/failure.ts";
import { subscriber } from "../../proxy/net/ip.ts";
import type { Account, Accounts } from "./accounts.ts";
import type { FailedLogins } from "./failed_logins.ts";
import { Lockout } from "./lockout.ts";
import type { Principal } from "./principal.ts";
import type { TokenHolder, Tokens } from "./tokens.ts";

export const OUTCOMES = ["right", "wrong_credentials", "too_many_attempts", "login_busy"] as const;
export type Outcome = (typeof OUTCOMES)[number];

/** How somebody proves who they are. */
export type Via = Exclude<Principal["via"], "local">;

/** Why somebody is not taken for whom they say. */
export interface Refusal {
  refused: Exclude<Outcome, "right">;
  /** Seconds until the next attempt is looked at; 0 for at once. */
  retryAfter: number;
}

export interface VerifierDeps {
  accounts: Accounts;
  tokens: Tokens | null;
  failed: FailedLogins;
  /** Milliseconds of a clock that does not run backwards. */
  now: () => number;
}

/** A try of somebody to be somebody. */
interface Attempt {
  via: Via;
  ip: string;
  lockout: Lockout;
  /** Whom the delays are for. */
  subject: string;
  /** The account's name where there is such an account: what else was typed may be a password. */
  target: string;
}

/** Checks passwords and tokens, with delays for who guesses. */
export class Verifier {
  readonly counts: Record<Via, Record<Outcome, number>> = {
    session: noOutcomes(),
    basic: noOutcomes(),
    token: noOutcomes(),
  };
  /** Apart, so that who tries many names does not make the programs on the same host wait. */
  readonly lockouts: { accounts: Lockout; tokens: Lockout };
  readonly #deps: VerifierDeps;
  readonly #digest = new CredentialDigest();
  /** What is being checked, by address and account: a digest of it, and how often it is. */
  readonly #running = new Map<string, { digest: string; times: number }>();

  constructor(deps: VerifierDeps) {
    this.#deps = deps;
    this.lockouts = { accounts: new Lockout(deps.now), tokens: new Lockout(deps.now) };
  }

  /** The account whose password it is. */
  async password(
    via: Via,
    name: Uint8Array,
    password: Uint8Array,
    ip: string,
  ): Promise<Account | Refusal> {
    const { accounts } = this.#deps;
    const text = new TextDecoder().decode(name);
    const target = accounts.get(text)?.name ?? "";
    const { accounts: lockout } = this.lockouts;
    const attempt: Attempt = { via, ip, lockout, subject: `name ${text.slice(0, 64)}`, target };
    const early = this.#wait(attempt);
    if (early) return early;
    const leave = this.#enter(attempt, this.#digest.of(name, password));
    if (!leave) return this.#refuse(attempt, "login_busy", 1);
    try {
      const right = await accounts.verify(name, password, ip);
      const account = right ? accounts.get(text) : null;
      return account ? this.#succeed(attempt, account) : this.#fail(attempt);
    } catch (error) {
      if (!(error instanceof Failure)) throw error;
      // What is known to be right needs no hash and is never busy, so to be busy tells that a guess was wrong.
      lockout.failed(ip, attempt.subject);
      return this.#refuse(attempt, "login_busy", 1);
    } finally {
      leave();
    }
  }

  /** Whose token this is the digest of. A wrong one makes only itself wait, until many of a place were wrong. */
  token(digest: string, ip: string): TokenHolder | Refusal {
    const { tokens: lockout } = this.lockouts;
    const attempt: Attempt = { via: "token", ip, lockout, subject: digest, target: "" };
    const early = this.#wait(attempt);
    if (early) return early;
    const holder = this.#deps.tokens?.find(digest);
    return holder ? this.#succeed(attempt, holder) : this.#fail(attempt);
  }

  /**
   * Begins a check; the result ends it. Null where the same address tries another password for the same account
   * just then: guesses go one after the other, so that many at once find out no more.
   */
  #enter({ ip, subject }: Attempt, digest: string): (() => void) | null {
    const key = `${subscriber(ip)} ${subject}`;
    const running = this.#running.get(key) ?? { digest, times: 0 };
    if (running.digest !== digest) return null;
    running.times++;
    this.#running.set(key, running);
    return () => {
      if (--running.times === 0) this.#running.delete(key);
    };
  }

  #wait(attempt: Attempt): Refusal | null {
    const seconds = attempt.lockout.wait(attempt.ip, attempt.subject);
    return seconds > 0 ? this.#refuse(attempt, "too_many_attempts", seconds) : null;
  }

  #succeed<T>({ via, ip, lockout, subject }: Attempt, who: T): T {
    this.counts[via].right++;
    lockout.succeeded(ip, subject);
    return who;
  }

  #fail(attempt: Attempt): Refusal {
    const { via, ip, lockout, subject, target } = attempt;
    const delay = lockout.failed(ip, subject);
    const known = target !== "" || via === "token" ? "" : "no such account, ";
    const next = delay > 0 ? `, the next is looked at in ${delay} s` : "";
    this.#deps.failed.note({
      ...{ actor: "-", client_ip: ip, action: "login", target, outcome: "wrong_credentials" },
      detail: `${known}by ${via}${next}`,
    });
    return this.#refuse(attempt, "wrong_credentials", delay);
  }

  #refuse({ via }: Attempt, refused: Refusal["refused"], retryAfter: number): Refusal {
    this.counts[via][refused]++;
    return { refused, retryAfter };
  }
}

function noOutcomes(): Record<Outcome, number> {
  return Object.fromEntries(OUTCOMES.map((name) => [name, 0])) as Record<Outcome, number>;
}
