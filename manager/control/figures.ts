import { getLogger } from "@logtape/logtape";
import type { CloseReason } from "../../proxy/control/protocol.ts";

/** What became of a command at one proxy. */
export const OUTCOMES = ["done", "failed", "timeout", "not_connected", "refused"] as const;
export type OutcomeKind = (typeof OUTCOMES)[number];

/** Why a connection to the control channel was turned away or ended. */
export const CHANNEL_REFUSALS = [
  ...["bad_message", "wrong_key", "too_slow", "unknown_version", "message_too_big", "replaced"],
  ...["too_many_unproven", "page"],
] as const;
export type ChannelRefusal = CloseReason | "too_many_unproven" | "page";

/** Of one reason there is a line in the log at most so often: strangers may come at any rate. */
const WARN_AGAIN_MS = 60_000;

const MEANING: Record<ChannelRefusal, string> = {
  bad_message: "it does not speak the protocol",
  wrong_key: "its key is none of this manager's, or another proxy's",
  too_slow: "it did not prove in time that it has a key",
  unknown_version: "it speaks another version of the protocol",
  message_too_big: "it sent a message that is too big",
  replaced: "a newer connection has its id",
  too_many_unproven: "too many others from there have not proved either that they have a key",
  page: "it is a page in a browser",
};

/** Counts what comes of orders and of those who want them; says of each kind of refusal what it means. */
export class ControlFigures {
  /** By command and outcome. */
  readonly commands = new Map<string, Record<OutcomeKind, number>>();
  readonly refused = Object.fromEntries(
    CHANNEL_REFUSALS.map((name) => [name, 0]),
  ) as Record<ChannelRefusal, number>;
  readonly #now: () => number;
  readonly #warnedAtMs = new Map<ChannelRefusal, number>();
  readonly #log = getLogger(["rustproxy", "manager"]);

  /** `now` is milliseconds. */
  constructor(now: () => number) {
    this.#now = now;
  }

  /** `command` is one of those that are known. */
  noteOutcome(command: string, outcome: OutcomeKind): void {
    let counts = this.commands.get(command);
    if (!counts) {
      counts = { done: 0, failed: 0, timeout: 0, not_connected: 0, refused: 0 };
      this.commands.set(command, counts);
    }
    counts[outcome]++;
  }

  /** `who` is the proxy's id, as far as it has told one. */
  noteRefusal(refusal: ChannelRefusal, ip: string, who = ""): void {
    this.refused[refusal]++;
    const now = this.#now();
    if (now - (this.#warnedAtMs.get(refusal) ?? -Infinity) < WARN_AGAIN_MS) return;
    this.#warnedAtMs.set(refusal, now);
    this.#log.warn(
      `Refused the control channel to ${who || "somebody"} as ${refusal}: ${MEANING[refusal]}`,
      { client_ip: ip },
    );
  }
}
