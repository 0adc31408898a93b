import { decodeBasic } from "../auth/basic.ts";
import type { CredentialCheck } from "../auth/check.ts";
import { Failure } from "../net/failure.ts";
import { HttpError } from "./error.ts";
import { FIELD, valueText } from "./fields.ts";
import type { Request } from "./request.ts";

/** Says who sent a request, or throws HttpError 407; a promise only where a password has to be checked first. */
export type Authorize = (request: Request) => string | Promise<string>;

/**
 * Makes the check of Proxy-Authorization, scheme Basic (RFC 7617), one for each connection. Without a
 * check of credentials everyone passes, with no name.
 */
export function createAuthorization(auth: CredentialCheck | null): () => Authorize {
  if (!auth) return () => anonymous;
  return () => {
    const connection = new Authorization(auth);
    return (request) => connection.userOf(request);
  };
}

function anonymous(): string {
  return "";
}

/** How long the same field on the same connection stands for the same verdict. */
const SAME_MS = 60_000;

class Authorization {
  /** The last field's value that was right, and who it is. */
  #value = new Uint8Array(0);
  #user = "";
  #version = -1;
  #until = 0;

  constructor(readonly auth: CredentialCheck) {}

  userOf({ bytes, fields }: Request): string | Promise<string> {
    const field = fields.find((field) => field.id === FIELD.proxyAuthorization);
    if (!field) throw refusal();
    const value = bytes.subarray(field.valueStart, field.valueEnd);
    const { version } = this.auth;
    if (version === this.#version && isSame(value, this.#value) && Date.now() < this.#until) {
      return this.#user;
    }
    const credentials = decodeBasic(valueText(bytes, field));
    if (!credentials) throw refusal();
    const user = new TextDecoder().decode(credentials.user);
    const seen = value.slice();
    const decide = (ok: boolean) => {
      if (!ok) throw refusal();
      this.#value = seen;
      this.#user = user;
      this.#version = version;
      this.#until = Date.now() + SAME_MS;
      return user;
    };
    const verdict = this.auth.check(credentials.user, credentials.password);
    return typeof verdict === "boolean" ? decide(verdict) : verdict.then(decide, refuseBusy);
  }
}

/** Both are the client's own, so the time that this takes tells nobody anything. */
function isSame(a: Uint8Array, b: Uint8Array): boolean {
  if (a.length !== b.length) return false;
  for (let at = 0; at < a.length; at++) if (a[at] !== b[at]) return false;
  return true;
}

function refuseBusy(error: unknown): never {
  if (!(error instanceof Failure)) throw error;
  throw new HttpError(503, error.message, error.reason);
}

function refusal(): HttpError {
  return new HttpError(407, "this proxy asks for a user name and a password", "auth_failed", [
    'Proxy-Authenticate: Basic realm="rustproxy", charset="UTF-8"',
  ]);
}
