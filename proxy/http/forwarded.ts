/** Who a request comes from, for its origin: X-Forwarded-For, and Forwarded (RFC 7239). Pure. */
import { equalsIgnoreCase, type Field, valueText } from "./fields.ts";
import type { Request } from "./request.ts";

/**
 * Appends the client's address to what the request says of earlier hops: one line of each field, since
 * many a reader looks at the first line only.
 */
export function appendForwarded(request: Request, ip: string): void {
  const node = ip.includes(":") ? `"[${ip}]"` : ip;
  const others = take(request, "x-forwarded-for");
  const elements = take(request, "forwarded");
  request.added += `X-Forwarded-For: ${[...others, ip].join(", ")}\r\n` +
    `Forwarded: ${[...elements, `for=${node}`].join(", ")}\r\n`;
}

/** Takes the fields of this name, in lower case, out of the request; returns their values, unless Connection names them. */
function take(request: Request, name: string): string[] {
  const { bytes, fields, connectionNames } = request;
  const isIt = (field: Field) =>
    field.nameEnd - field.line === name.length && equalsIgnoreCase(bytes, field.line, name);
  const values = fields.filter(isIt).map((field) => valueText(bytes, field)).filter(Boolean);
  if (values.length === 0 && !fields.some(isIt)) return values;
  request.fields = fields.filter((field) => !isIt(field));
  return connectionNames.includes(name) ? [] : values;
}
