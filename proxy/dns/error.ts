/**
 * What a look-up may end with, as the system's own resolver names it: the name does not exist, it has
 * no address, no server knows, none answers, an answer cannot be read, or too many look-ups run.
 */
export type DnsErrorCode =
  | "ENOTFOUND"
  | "ENODATA"
  | "ESERVFAIL"
  | "EAI_AGAIN"
  | "EBADRESP"
  | "EDNSBUSY";

/** A name that could not be resolved; never a defect of the program. */
export class DnsError extends Error {
  override name = "DnsError";
  constructor(readonly code: DnsErrorCode, message: string) {
    super(`${code}: ${message}`);
  }
}
