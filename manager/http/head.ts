import { declaredFraming, type Framing } from "../../proxy/http/body.ts";
import { HttpError } from "../../proxy/http/error.ts";
import {
  FIELD,
  type Field,
  headLength,
  latin1,
  parseFields,
  valueText,
} from "../../proxy/http/fields.ts";
import { checkExpect, parseRequestLine } from "../../proxy/http/request_line.ts";
import type { Refusal } from "./refusals.ts";

/** Largest head, in bytes; the server behind takes no more. */
export const MAX_HEAD = 60 * 1024;
/** Most fields of a head; the server behind takes no more. */
const MAX_FIELDS = 100;

/** A request that goes nowhere: the status to answer, and why. */
export class HeadError extends Error {
  override name = "HeadError";

  constructor(readonly status: number, readonly refusal: Refusal, message: string) {
    super(message);
  }
}

/**
 * The length of the head that `bytes[0..end)` begins with, or -1 while its end is missing; `scanned` bytes
 * are known from an earlier call. Throws {@link HeadError}.
 */
export function findHead(bytes: Uint8Array, end: number, scanned: number): number {
  return translated(() => headLength(bytes, 0, end, scanned, MAX_HEAD));
}

/**
 * How the body behind a whole head is framed; throws {@link HeadError} for a head that two readers could
 * understand in two ways, and for a path that means another one once it is read as a URL.
 */
export function checkHead(bytes: Uint8Array, end: number): Framing {
  return translated(() => {
    const lineEnd = bytes.indexOf(13);
    const line = parseRequestLine(bytes, 0, lineEnd);
    if (bytes[lineEnd + 1] !== 10) throw malformed("bare CR in the request line");
    const fields = parseFields(bytes, lineEnd + 2, end - 2);
    if (fields.length > MAX_FIELDS) {
      throw new HeadError(431, "head_too_large", `A request has at most ${MAX_FIELDS} fields`);
    }
    const host = hostOf(bytes, fields);
    checkPath(pathOf(latin1(bytes, line.start, line.end), host));
    checkExpect(bytes, fields);
    return declaredFraming(bytes, fields, line.minor) ?? { kind: "none" };
  });
}

const REFUSALS: Record<number, Refusal> = {
  414: "target_too_long",
  431: "head_too_large",
  505: "not_http",
};

/** What this makes, or the error as one of the manager's. */
function translated<T>(make: () => T): T {
  try {
    return make();
  } catch (error) {
    if (!(error instanceof HttpError)) throw error;
    const { status, message } = error;
    throw new HeadError(status, REFUSALS[status] ?? "bad_request", message);
  }
}

function malformed(message: string): HeadError {
  return new HeadError(400, "bad_request", message);
}

function hostOf(bytes: Uint8Array, fields: readonly Field[]): string | null {
  const hosts = fields.filter(({ id }) => id === FIELD.host);
  if (hosts.length > 1) throw malformed("Host is repeated");
  return hosts.length === 1 ? valueText(bytes, hosts[0]) : null;
}

/** The path of a target in origin-form, or in absolute-form where it names the same host as Host does. */
function pathOf(target: string, host: string | null): string {
  const [, authority, rest] = /^https?:\/\/([^/?#]*)(.*)$/i.exec(target) ?? [null, null, target];
  if (authority !== null && authority.toLowerCase() !== host?.toLowerCase()) {
    throw malformed("the target and Host name different hosts");
  }
  const path = rest.split("?", 1)[0];
  if (!path.startsWith("/") || path.includes("#")) throw malformed("expected a path as the target");
  return path;
}

/** Who reads a URL takes such a path for another one, so it is nobody's. */
function checkPath(path: string): void {
  const plain = path.replace(
    /%([0-9a-f]{2})/gi,
    (_, hex) => String.fromCharCode(parseInt(hex, 16)),
  );
  const steps = plain.split(/[/\\]/).some((part) => part === "." || part === "..");
  // deno-lint-ignore no-control-regex
  if (!steps && !path.includes("//") && !path.includes("\\") && !/[\0-\x1f\x7f]/.test(plain)) {
    return;
  }
  throw new HeadError(404, "bad_path", "There is nothing at this path");
}
