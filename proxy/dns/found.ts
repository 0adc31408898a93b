import { DnsError, type DnsErrorCode } from "./error.ts";
import type { Answer } from "./query.ts";

/** What is known of a name: its addresses by family, or why there are none. */
export interface Found {
  v4: string[];
  v6: string[];
  /** Null where there is an address. */
  code: DnsErrorCode | null;
  /** For how long it may be remembered, in seconds. */
  ttl: number;
}

/** The answers for both families, or why they are missing. */
export type Half = PromiseSettledResult<Answer>;

/** Longer than that nothing is remembered, in seconds: a proxy gains nothing from it. */
const MAX_TTL = 3600;
const MAX_NEGATIVE_TTL = 30;
/** A family that could not be learned is asked for again soon. */
const MAX_HALF_TTL = 5;
/** At least so long, so that a broken zone does not cost a query for each client (RFC 9520, section 3.2). */
const FAILURE_TTL = 1;

/** Joins the answers for A and AAAA; throws what is neither an answer nor DnsError. */
export function join(a: Half, aaaa: Half): Found {
  const halves = [a, aaaa];
  const answers = halves.flatMap((half) => half.status === "fulfilled" ? [half.value] : []);
  const v4 = addressesOf(a);
  const v6 = addressesOf(aaaa);
  const ttl = Math.min(...answers.map((answer) => answer.ttl));
  if (v4.length + v6.length > 0) {
    const known = answers.filter((answer) => answer.kind === "addresses" || answer.ttl > 0);
    const least = Math.min(MAX_TTL, ...known.map((answer) => answer.ttl));
    const whole = answers.length === 2;
    return { v4, v6, code: null, ttl: whole ? least : Math.min(least, MAX_HALF_TTL) };
  }
  // The type asked for makes no difference to whether a name exists.
  const missing = answers.some((answer) => answer.kind === "none" && answer.code === "ENOTFOUND");
  if (missing || answers.length === 2) {
    const code = missing ? "ENOTFOUND" : "ENODATA";
    return { v4, v6, code, ttl: Math.min(MAX_NEGATIVE_TTL, ttl) };
  }
  const error = halves.flatMap((half) => half.status === "rejected" ? [half.reason] : [])[0];
  if (!(error instanceof DnsError)) throw error;
  return { v4, v6, code: error.code, ttl: FAILURE_TTL };
}

function addressesOf(half: Half): string[] {
  const answer = half.status === "fulfilled" ? half.value : null;
  return answer?.kind === "addresses" ? answer.addresses : [];
}

/** All addresses; each family begins `turn` further, so that a name's addresses share the load. */
export function takeTurn({ v4, v6 }: Pick<Found, "v4" | "v6">, turn: number): string[] {
  return [...rotated(v6, turn), ...rotated(v4, turn)];
}

function rotated(addresses: string[], turn: number): string[] {
  if (addresses.length < 2) return addresses;
  const first = turn % addresses.length;
  return [...addresses.slice(first), ...addresses.slice(0, first)];
}
