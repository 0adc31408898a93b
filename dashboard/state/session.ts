import { type ReadonlySignal, signal } from "@preact/signals";
import type { SessionReply } from "../../manager/api/model_session.ts";

/** Who the reader is to the manager, and whether they may see anything. */
export interface Session extends SessionReply {
  /** `unknown` until the manager has said, `login` where it wants a login first. */
  access: "unknown" | "open" | "login";
  /** Why there is a login form where there was a page: the reader left, or was sent. */
  left: "" | "ended" | "logged_out";
}

export type SessionAction = { type: "told"; reply: SessionReply } | { type: "logged_out" };

/** Nobody, of a manager that has not said anything. */
export const NO_SESSION: Session = {
  login_required: false,
  user: null,
  role: null,
  can_change: false,
  via: null,
  manager_version: "",
  access: "unknown",
  left: "",
};

/** The session after an action. Pure. */
export function reduceSession(before: Session, action: SessionAction): Session {
  if (action.type === "logged_out") {
    const { login_required, manager_version } = before;
    return { ...NO_SESSION, login_required, manager_version, access: "login", left: "logged_out" };
  }
  const { reply } = action;
  const access = reply.login_required && reply.user === null ? "login" : "open";
  if (access === "open") return { ...reply, access, left: "" };
  return { ...reply, access, left: before.access === "open" ? "ended" : before.left };
}

/** Why a login did not succeed; `retryAfter` in seconds. */
export interface LoginFailure {
  code: string;
  retryAfter: number;
}

/** What sessions need of the manager; each may reject where there is no answer. */
export interface SessionApi {
  /** Null from a manager that is too old to know. */
  session(): Promise<SessionReply | null>;
  login(user: string, password: string): Promise<SessionReply | LoginFailure>;
  logout(): Promise<void>;
}

/** The reader's session with the manager. */
export class Sessions {
  readonly #api: SessionApi;
  readonly #session = signal(NO_SESSION);

  constructor(api: SessionApi) {
    this.#api = api;
  }

  get session(): ReadonlySignal<Session> {
    return this.#session;
  }

  /** Asks the manager who this is; true where the page may be shown. Rejects where there is no answer. */
  async ask(): Promise<boolean> {
    const reply = await this.#api.session() ?? { ...NO_SESSION, manager_version: "0" };
    this.#act({ type: "told", reply });
    return this.#session.peek().access === "open";
  }

  /** Logs in; null where that succeeds. */
  async login(user: string, password: string): Promise<LoginFailure | null> {
    try {
      const reply = await this.#api.login(user, password);
      if ("code" in reply) return reply;
      this.#act({ type: "told", reply });
      return null;
    } catch {
      return { code: "unreachable", retryAfter: 0 };
    }
  }

  /** Ends the session; false where the manager does not answer. */
  async logout(): Promise<boolean> {
    try {
      await this.#api.logout();
    } catch {
      return false;
    }
    this.#act({ type: "logged_out" });
    return true;
  }

  #act(action: SessionAction): void {
    this.#session.value = reduceSession(this.#session.peek(), action);
  }
}
