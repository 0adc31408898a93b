import { HttpError } from "./error.ts";
import { FIELD, valueText } from "./fields.ts";
import type { Request } from "./request.ts";

/**
 * Makes a check of Proxy-Authorization, scheme Basic (RFC 7617), that returns the user's name; it throws
 * HttpError 407. Without a check of credentials everyone passes, with no name.
 */
export function createAuthorization(
  check: ((user: Uint8Array, password: Uint8Array) => boolean) | null,
): (request: Request) => string {
  if (!check) return () => "";
  return ({ bytes, fields }) => {
    const field = fields.find((field) => field.id === FIELD.proxyAuthorization);
    const credentials = field ? decodeBasic(valueText(bytes, field)) : null;
    if (!credentials || !check(credentials.user, credentials.password)) throw refusal();
    return new TextDecoder().decode(credentials.user);
  };
}

function refusal(): HttpError {
  return new HttpError(407, "this proxy asks for a user name and a password", "auth_failed", [
    'Proxy-Authenticate: Basic realm="rustproxy", charset="UTF-8"',
  ]);
}

function decodeBasic(value: string): { user: Uint8Array; password: Uint8Array } | null {
  const match = /^basic +([A-Za-z0-9+/_-]+={0,2})$/i.exec(value);
  if (!match) return null;
  let bytes: Uint8Array;
  try {
    bytes = Uint8Array.fromBase64(match[1]);
  } catch {
    return null;
  }
  const colon = bytes.indexOf(58);
  return colon < 0 ? null : { user: bytes.subarray(0, colon), password: bytes.subarray(colon + 1) };
}
