/** Max-Forwards of OPTIONS and TRACE (RFC 9110, section 7.6.2). Pure. */
import { formatAddress } from "../net/address.ts";
import { HttpError } from "./error.ts";
import { equalsIgnoreCase, type Field, latin1, valueText } from "./fields.ts";
import type { Request } from "./request.ts";

/** What this proxy forwards: any method, these among them. */
const ALLOW = "GET, HEAD, POST, PUT, PATCH, DELETE, OPTIONS, TRACE, CONNECT";

/** Fields that are not to be reflected, since they may hold secrets (RFC 9110, section 9.3.8). */
const SECRETS = ["authorization", "proxy-authorization", "cookie"];

/**
 * Counts Max-Forwards of an OPTIONS or TRACE request down; false if it may go no further, and is to be
 * answered here. Throws HttpError 400 for a value that is no number.
 */
export function mayGoOn(request: Request): boolean {
  const { method, bytes, fields } = request;
  if (method !== "OPTIONS" && method !== "TRACE") return true;
  const found = fields.filter((field) => isNamed(bytes, field, "max-forwards"));
  if (found.length === 0) return true;
  const value = valueText(bytes, found[0]);
  if (found.length > 1 || !/^\d+$/.test(value)) {
    throw new HttpError(400, "Max-Forwards is not one whole number");
  }
  const hops = Math.min(Number(value), Number.MAX_SAFE_INTEGER);
  if (hops === 0) return false;
  request.fields = fields.filter((field) => field !== found[0]);
  request.added += `Max-Forwards: ${hops - 1}\r\n`;
  return true;
}

/** The answer of the last proxy that the request may reach: its abilities, or for TRACE the request itself. */
export function encodeLastHop(request: Request, keepAlive: boolean): Uint8Array {
  const body = request.method === "TRACE" ? reflection(request) : "";
  const head = [
    "HTTP/1.1 200 OK",
    request.method === "TRACE" ? "Content-Type: message/http" : `Allow: ${ALLOW}`,
    `Content-Length: ${body.length}`,
    ...(keepAlive ? [] : ["Connection: close"]),
    "",
    "",
  ].join("\r\n");
  return Uint8Array.from(head + body, (character) => character.charCodeAt(0));
}

function reflection({ bytes, fields, target, path, minor }: Request): string {
  const shown = fields.filter((field) => !SECRETS.some((name) => isNamed(bytes, field, name)));
  const lines = shown.map((field) => latin1(bytes, field.line, field.end));
  return `TRACE http://${formatAddress(target)}${path} HTTP/1.${minor}\r\n${lines.join("")}\r\n`;
}

/** `name` in lower case. */
function isNamed(bytes: Uint8Array, field: Field, name: string): boolean {
  return field.nameEnd - field.line === name.length && equalsIgnoreCase(bytes, field.line, name);
}
