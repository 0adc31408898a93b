import { getLogger } from "@logtape/logtape";
import type { Context } from "hono";
import type { ManagerEnv } from "./api/env.ts";
import type { AuditEntry } from "./history/batch.ts";

/** An entry as its author gives it. */
export type AuditNote = Omit<AuditEntry, "id" | "time" | "detail"> & { detail?: string };

/** Takes down who did what. */
export interface Audit {
  note(note: AuditNote): void;
}

/** Entries that are held in memory. */
export const MAX_AUDIT = 1_000;
const MAX_TEXT = 300;

export interface AuditDeps {
  /** Unix milliseconds. */
  now: () => number;
  /** Keeps an entry for longer than this run. */
  keep?: (entry: AuditEntry) => void;
}

/** The audit log: to the program's log at once, the newest in memory, and to whoever keeps them. */
export class AuditLog implements Audit {
  readonly #deps: AuditDeps;
  readonly #log = getLogger(["rustproxy", "audit"]);
  readonly #recent: AuditEntry[] = [];
  #lastId = 0;

  constructor(deps: AuditDeps) {
    this.#deps = deps;
  }

  /** Lets the ids go on behind this one. */
  startBehind(id: number): void {
    this.#lastId = Math.max(this.#lastId, id);
  }

  note({ actor, client_ip, action, target, outcome, detail = "" }: AuditNote): void {
    const nowMs = this.#deps.now();
    // Ids are times in microseconds, so that they grow over restarts with no need to remember.
    const id = this.#lastId = Math.max(this.#lastId + 1, Math.floor(nowMs) * 1000);
    const texts = { actor, client_ip, action, target, outcome, detail };
    for (const name of Object.keys(texts) as (keyof typeof texts)[]) {
      texts[name] = texts[name].slice(0, MAX_TEXT);
    }
    const entry = { id, time: nowMs / 1000, ...texts };
    this.#recent.push(entry);
    if (this.#recent.length > MAX_AUDIT) this.#recent.shift();
    this.#log.info("audit: {action} {outcome}", texts);
    this.#deps.keep?.(entry);
  }

  /** From memory: those behind `since`, or the newest; in the order in which they happened. */
  recent(since: number | null, limit: number): AuditEntry[] {
    if (since === null) return this.#recent.slice(-limit);
    return this.#recent.filter(({ id }) => id > since).slice(0, limit);
  }
}

/** Who asks, for the audit log. */
export function actorOf(c: Context<ManagerEnv>): Pick<AuditNote, "actor" | "client_ip"> {
  return { actor: c.get("principal")?.name ?? "-", client_ip: c.env?.client?.ip ?? "" };
}
