import { HttpError } from "./error.ts";
import type { HttpRules } from "./options.ts";
import type { Request } from "./request.ts";

/** Refuses what the options forbid before anything is dialed: throws HttpError 413 or 403. */
export function checkRules(
  { method, target, framing }: Request,
  { maxBodySize, connectPorts }: HttpRules,
): void {
  if (maxBodySize !== null && framing.kind === "length" && framing.length > maxBodySize) {
    throw bodyTooLarge(maxBodySize);
  }
  if (connectPorts === null || method !== "CONNECT") return;
  const { port } = target;
  if (!connectPorts.some(([first, last]) => port >= first && port <= last)) {
    throw new HttpError(403, `CONNECT to port ${port} is not allowed here`, "port_denied");
  }
}

/** For a request whose body is larger than `--max-body-size`, in bytes. */
export function bodyTooLarge(max: number): HttpError {
  return new HttpError(413, `the body is over ${max} bytes long`, "body_too_large");
}
