import { getLogger, type Logger } from "@logtape/logtape";
import { datagramSchema } from "../proxy/stats/report.ts";
import { SEAL_OVERHEAD } from "../proxy/stats/seal.ts";
import { fitting } from "./fitting.ts";
import { fromDatagram, type Report } from "./fleet/report.ts";
import { fromLegacy, legacyReportSchema } from "./legacy_report.ts";
import { MAX_INGEST_BYTES } from "./receiver/intake.ts";
import type { Registry } from "./registry.ts";
import type { SealCheck, SealCheckDrop } from "./sealed/check.ts";
import type { Seal } from "./sealed/unsealer.ts";

/** Why a datagram was dropped. */
export type DropReason =
  | "too_large"
  | "not_json"
  | "unknown_version"
  | "bad_schema"
  | "old_boot"
  | "registry_full"
  | "unsealed"
  | SealCheckDrop
  | "error";

/** Figures of what arrived; `dropped` by reason. */
export interface IngestCounters {
  datagrams: number;
  bytes: number;
  legacy: number;
  dropped: Record<string, number>;
}

/** Takes datagrams from strangers: checks, counts, and hands what is right to the registry. */
export class Ingest {
  readonly counters: IngestCounters = { datagrams: 0, bytes: 0, legacy: 0, dropped: {} };
  #registry: Registry;
  #now: () => number;
  #check: SealCheck | null;
  #logger: Logger = getLogger(["rustproxy", "manager"]);

  /** With a check, it takes only what was sealed. */
  constructor(registry: Registry, now: () => number, check: SealCheck | null = null) {
    this.#registry = registry;
    this.#now = now;
    this.#check = check;
  }

  /**
   * Takes one datagram that arrived `ageMs` ago; returns why it was dropped, or null. Never throws.
   * `source` is the sender's address, and `seal` is given for one that was sealed and has been opened.
   */
  handle(bytes: Uint8Array, source = "", ageMs = 0, seal?: Seal): DropReason | null {
    this.counters.datagrams++;
    this.counters.bytes += bytes.length + (seal ? SEAL_OVERHEAD : 0);
    const reason = this.#take(bytes, ageMs, seal);
    if (reason !== null) {
      this.counters.dropped[reason] = (this.counters.dropped[reason] ?? 0) + 1;
      // How often is up to the sender, so this must not fill a log.
      this.#logger.debug("Dropped a datagram of {bytes} bytes from {source}: {reason}", {
        bytes: bytes.length,
        source,
        reason,
      });
    }
    return reason;
  }

  #take(bytes: Uint8Array, ageMs: number, seal?: Seal): DropReason | null {
    try {
      if (this.#check && !seal) return "unsealed";
      const now = this.#now() - ageMs;
      const parsed = parseReport(bytes, now);
      if (typeof parsed === "string") return parsed;
      const doubt = seal && this.#check?.check(seal, parsed.proxy, ageMs);
      if (doubt) {
        this.#registry.refuse(parsed, doubt);
        return doubt;
      }
      if (parsed.proxy.seq === null) this.counters.legacy++;
      const outcome = this.#registry.apply(parsed, now);
      return outcome === "applied" ? null : outcome;
    } catch (error) {
      // A fault of ours, not of the sender: worth a line the first time, not every time.
      if (!this.counters.dropped.error) {
        this.#logger.error("Cannot take in a report: {error}", { error });
      }
      return "error";
    }
  }
}

/** A datagram's report in either form, or why it is none. `atMs` is when it arrived. */
export function parseReport(bytes: Uint8Array, atMs: number): Report | DropReason {
  if (bytes.length > MAX_INGEST_BYTES) return "too_large";
  const value = parseJson(bytes);
  if (typeof value !== "object" || value === null) return "not_json";
  if (!("v" in value)) {
    const legacy = fitting(legacyReportSchema, value);
    return legacy ? fromLegacy(legacy, atMs) : "bad_schema";
  }
  if (value.v !== 1) return "unknown_version";
  const datagram = fitting(datagramSchema, value);
  return datagram ? fromDatagram(datagram) : "bad_schema";
}

const decoder = new TextDecoder("utf-8", { fatal: true });

function parseJson(bytes: Uint8Array): unknown {
  try {
    return JSON.parse(decoder.decode(bytes));
  } catch {
    return undefined;
  }
}
