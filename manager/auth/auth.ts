import { decodeBasic } from "../../proxy/auth/basic.ts";
import type { Audit } from "../audit.ts";
import { Accounts } from "./accounts.ts";
import { FailedLogins } from "./failed_logins.ts";
import type { AuthOptions } from "./options.ts";
import type { Principal } from "./principal.ts";
import { ScryptHasher } from "./scrypt_hasher.ts";
import { type Session, Sessions } from "./sessions.ts";
import { tokenDigest, Tokens } from "./tokens.ts";
import { type Refusal, Verifier } from "./verifier.ts";

/** Who somebody is, for as long as that holds. */
export interface Grant {
  principal: Principal;
  /** False once the session has ended, or the account or token is no longer what it was. */
  holds(): boolean;
  /** Somebody is there, although nothing is asked for. */
  touch(): void;
}

/** What a request brings to say who it is from. */
export interface Proof {
  /** The Authorization field. */
  authorization?: string;
  /** The session's id. */
  session?: string;
  /** The client's address. */
  ip: string;
}

export interface AuthDeps {
  audit: Audit;
  /** Milliseconds of a clock that does not run backwards. */
  now?: () => number;
  /** Checks passwords against hashes. */
  hasher?: ScryptHasher;
}

/** Says who asks: accounts, tokens and sessions. */
export class Auth {
  readonly sessions: Sessions;
  readonly verifier: Verifier;
  readonly #hasher: ScryptHasher;
  #accounts: Accounts;
  #tokens: Tokens | null;
  #isFollowing = false;
  readonly #audit: Audit;
  readonly #views = new Map<() => void, Grant>();

  /** Reads the files; throws FileError. */
  constructor(options: AuthOptions, deps: AuthDeps) {
    const { audit, now = () => performance.now(), hasher = new ScryptHasher() } = deps;
    this.#hasher = hasher;
    this.#accounts = new Accounts(options, hasher);
    this.#tokens = openTokens(options);
    const failed = new FailedLogins(audit, now);
    this.#audit = audit;
    this.sessions = new Sessions({ now, account: (name) => this.#accounts.get(name) });
    const accounts = () => this.#accounts;
    const tokens = () => this.#tokens;
    this.verifier = new Verifier({
      get accounts() {
        return accounts();
      },
      get tokens() {
        return tokens();
      },
      ...{ failed, now },
    });
  }

  /** Who asks; null where nothing says so, or a session has ended. */
  async identify({ authorization, session, ip }: Proof): Promise<Grant | Refusal | null> {
    if (authorization !== undefined) return await this.#fromField(authorization, ip);
    const used = session === undefined ? null : this.sessions.use(session);
    return used && this.#sessionGrant(used);
  }

  /** Begins a session in place of the one that the request brings, if any. */
  async login(
    name: string,
    password: string,
    { ip, session }: Proof,
  ): Promise<{ id: string; grant: Grant } | Refusal> {
    const [user, secret] = [name, password].map((text) => new TextEncoder().encode(text));
    const account = await this.verifier.password("session", user, secret, ip);
    if ("refused" in account) return account;
    if (session !== undefined) this.sessions.end(session);
    const id = this.sessions.begin(account);
    const { name: actor, role: detail } = account;
    this.#audit.note({
      ...{ actor, client_ip: ip, action: "login", target: "", outcome: "done", detail },
    });
    return { id, grant: this.#sessionGrant(this.sessions.use(id)!) };
  }

  /** Ends the session of this id, and every view in it. */
  logout(id: string, ip: string): void {
    const session = this.sessions.end(id);
    if (!session) return;
    const { name: actor } = session.account;
    this.#audit.note({ actor, client_ip: ip, action: "logout", target: "", outcome: "done" });
    this.sweep();
  }

  /** Calls `end` once the grant no longer holds; the result takes that back. */
  watch(grant: Grant, end: () => void): () => void {
    this.#views.set(end, grant);
    return () => this.#views.delete(end);
  }

  /** Ends what no longer holds; to be called once a second. */
  sweep(): void {
    for (const [end, grant] of [...this.#views]) {
      // Whoever watches is there, with or without a request.
      if (grant.holds()) grant.touch();
      else {
        this.#views.delete(end);
        end();
      }
    }
    this.sessions.sweep();
  }

  /** Goes over to other accounts and tokens; throws FileError with nothing changed. Sessions of those that are as before go on. */
  set(options: AuthOptions): void {
    const accounts = new Accounts(options, this.#hasher);
    const tokens = openTokens(options);
    this.close();
    this.#accounts = accounts;
    this.#tokens = tokens;
    if (this.#isFollowing) this.follow();
    this.sweep();
  }

  /** Follows the files from now on, until closed. */
  follow(): void {
    this.#isFollowing = true;
    this.#accounts.follow();
    this.#tokens?.follow();
  }

  close(): void {
    this.#accounts.close();
    this.#tokens?.close();
  }

  async #fromField(field: string, ip: string): Promise<Grant | Refusal> {
    const token = /^bearer +(\S+)$/i.exec(field)?.[1];
    if (token !== undefined) return this.#fromToken(tokenDigest(token), ip);
    const credentials = decodeBasic(field);
    if (!credentials) return { refused: "wrong_credentials", retryAfter: 0 };
    const { user, password } = credentials;
    const account = await this.verifier.password("basic", user, password, ip);
    if ("refused" in account) return account;
    const { name, role, mark } = account;
    const holds = () => this.#accounts.get(name)?.mark === mark;
    return { principal: { name, role, via: "basic" }, holds, touch() {} };
  }

  #fromToken(digest: string, ip: string): Grant | Refusal {
    const holder = this.verifier.token(digest, ip);
    if ("refused" in holder) return holder;
    const { name, role } = holder;
    const holds = () => this.#tokens?.find(digest)?.role === role;
    return { principal: { name, role, via: "token" }, holds, touch() {} };
  }

  #sessionGrant(session: Session): Grant {
    const { name, role } = session.account;
    return {
      principal: { name, role, via: "session" },
      holds: () => this.sessions.holds(session),
      touch: () => this.sessions.touch(session),
    };
  }
}

function openTokens({ tokenFile }: AuthOptions): Tokens | null {
  return tokenFile === null ? null : new Tokens(tokenFile);
}
