/** Requests and responses that change to the WebSocket protocol (RFC 6455, section 4). Pure. */
import { FIELD, type Field, valueText } from "./fields.ts";

/** The one protocol that a request may change to: what it carries is opaque, and it begins with this request. */
const UPGRADE = "websocket";

/**
 * True for a request that asks to go on as a WebSocket (RFC 6455, section 4.1). Any other Upgrade is
 * this hop's and ends here, since an answer of 101 to it could not be followed.
 */
export function asksForWebSocket(
  method: string,
  minor: number,
  bytes: Uint8Array,
  fields: readonly Field[],
  connectionNames: readonly string[],
): boolean {
  return connectionNames.includes("upgrade") && method === "GET" && minor > 0 &&
    namesWebSocket(bytes, fields);
}

/** True if the one Upgrade field names it. */
export function namesWebSocket(bytes: Uint8Array, fields: readonly Field[]): boolean {
  const named = fields.filter((field) => field.id === FIELD.upgrade);
  return named.length === 1 && valueText(bytes, named[0]).toLowerCase() === UPGRADE;
}
