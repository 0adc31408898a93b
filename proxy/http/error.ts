import type { FailureReason } from "../net/failure.ts";

/** A message that breaks the rules, or a request that cannot be served: the status to answer and why. */
export class HttpError extends Error {
  override name = "HttpError";
  constructor(
    readonly status: number,
    message: string,
    readonly reason: FailureReason = "bad_request",
    /** Fields of the answer beside the usual ones, each as `Name: value`. */
    readonly fields: readonly string[] = [],
  ) {
    super(message);
  }
}

const PHRASES: Record<number, string> = {
  400: "Bad Request",
  403: "Forbidden",
  407: "Proxy Authentication Required",
  408: "Request Timeout",
  414: "URI Too Long",
  417: "Expectation Failed",
  431: "Request Header Fields Too Large",
  501: "Not Implemented",
  502: "Bad Gateway",
  503: "Service Unavailable",
  504: "Gateway Timeout",
  505: "HTTP Version Not Supported",
  508: "Loop Detected",
};

const encoder = new TextEncoder();

/** The proxy's own answer: a short text that says why. `head` leaves the body out (RFC 9110, section 9.3.2). */
export function encodeError(error: HttpError, keepAlive: boolean, head = false): Uint8Array {
  const body = encoder.encode(`${error.status} ${PHRASES[error.status]}: ${error.message}\n`);
  const lines = [
    `HTTP/1.1 ${error.status} ${PHRASES[error.status]}`,
    "Content-Type: text/plain; charset=utf-8",
    `Content-Length: ${body.length}`,
    ...error.fields,
    ...(keepAlive ? [] : ["Connection: close"]),
    "",
    "",
  ];
  const start = encoder.encode(lines.join("\r\n"));
  if (head) return start;
  const answer = new Uint8Array(start.length + body.length);
  answer.set(start);
  answer.set(body, start.length);
  return answer;
}
