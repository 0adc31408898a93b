import { Failure } from "../../proxy/net/failure.ts";
import type { Account, Accounts } from "./accounts.ts";
import type { FailedLogins } from "./failed_logins.ts";
import type { Lockout } from "./lockout.ts";
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
  lockout: Lockout;
  failed: FailedLogins;
}

/** A try of somebody to be somebody. */
interface Attempt {
  via: Via;
  ip: string;
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
  readonly #deps: VerifierDeps;

  constructor(deps: VerifierDeps) {
    this.#deps = deps;
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
    const attempt: Attempt = { via, ip, subject: `account ${text.slice(0, 64)}`, target };
    const early = this.#wait(attempt);
    if (early) return early;
    let right: boolean;
    try {
      right = await accounts.verify(name, password, ip);
    } catch (error) {
      if (!(error instanceof Failure)) throw error;
      return this.#refuse(attempt, "login_busy", 1);
    }
    // Others of the pair may have failed meanwhile: then this one counts as if it had come behind them, so that
    // many at once find out no more than one after the other.
    const late = this.#wait(attempt);
    if (late) return late;
    const account = right ? accounts.get(text) : null;
    return account ? this.#succeed(attempt, account) : this.#fail(attempt);
  }

  /** Whose token this is the digest of. A wrong one makes only itself wait, until many of a place were wrong. */
  token(digest: string, ip: string): TokenHolder | Refusal {
    const subject = `token ${digest.slice(0, 16)}`;
    const attempt: Attempt = { via: "token", ip, subject, target: "" };
    const early = this.#wait(attempt);
    if (early) return early;
    const holder = this.#deps.tokens?.find(digest);
    return holder ? this.#succeed(attempt, holder) : this.#fail(attempt);
  }

  #wait(attempt: Attempt): Refusal | null {
    const seconds = this.#deps.lockout.wait(attempt.ip, attempt.subject);
    return seconds > 0 ? this.#refuse(attempt, "too_many_attempts", seconds) : null;
  }

  #succeed<T>({ via, ip, subject }: Attempt, who: T): T {
    this.counts[via].right++;
    this.#deps.lockout.succeeded(ip, subject);
    return who;
  }

  #fail(attempt: Attempt): Refusal {
    const { via, ip, subject, target } = attempt;
    const delay = this.#deps.lockout.failed(ip, subject);
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
