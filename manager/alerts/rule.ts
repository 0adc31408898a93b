import type { MetricName } from "./metric.ts";
import type { Window } from "./windows.ts";

export const SEVERITIES = ["warning", "critical"] as const;
export type Severity = (typeof SEVERITIES)[number];

/** When something is worth telling. Durations are milliseconds. */
export interface Rule {
  name: string;
  metric: MetricName;
  severity: Severity;
  /** Each proxy on its own, or all that fit together. */
  scope: "proxy" | "fleet";
  /** It fires above this… */
  threshold: number;
  /** …and is over at this or below. */
  clear: number;
  /** How long it must be above `threshold`. */
  forMs: number;
  /** How long it must stay at `clear` or below until it is over. */
  keepMs: number;
  /** The time over which things are counted. */
  windowMs: number;
  /** Of fewer connections in the window no rate is made. */
  atLeast: number;
  /** Which proxies: patterns with `*`. */
  proxies: readonly string[];
  enabled: boolean;
  /** Nobody is told of it: never, always, or at these times. */
  silence: "never" | "always" | readonly Window[];
  /** For people. */
  description: string;
}

const SECOND = 1_000;
const MINUTE = 60 * SECOND;

/** What a rule is where its author says nothing. */
export const BASE: Omit<Rule, "name" | "metric"> = {
  severity: "warning",
  scope: "proxy",
  threshold: 0,
  clear: 0,
  forMs: 0,
  keepMs: 30 * SECOND,
  windowMs: 5 * MINUTE,
  atLeast: 20,
  proxies: ["*"],
  enabled: true,
  silence: "never",
  description: "",
};

/** What is watched with no file at all. No default fits anybody's bandwidth or number of connections. */
export const DEFAULT_RULES: readonly Rule[] = [
  {
    ...BASE,
    name: "proxy_offline",
    metric: "offline",
    severity: "critical",
    description: "No report for 30 s or 6 intervals, and it did not say that it stops",
  },
  {
    ...BASE,
    name: "proxy_silent",
    metric: "silence",
    threshold: 60,
    clear: 60,
    description: "Reports are missing, of a proxy whose interval is too long to call it offline",
  },
  {
    ...BASE,
    name: "error_rate",
    metric: "error_rate",
    threshold: 20,
    clear: 10,
    forMs: 2 * MINUTE,
    description: "Many of the connections of the last 5 min have failed",
  },
  {
    ...BASE,
    name: "report_loss",
    metric: "loss",
    threshold: 5,
    clear: 1,
    forMs: MINUTE,
    description: "Reports are lost on their way to the manager",
  },
  {
    ...BASE,
    name: "backend_down",
    metric: "backend_down",
    severity: "critical",
    forMs: 15 * SECOND,
    keepMs: MINUTE,
    description: "Health checks fail, or connections to it",
  },
  {
    ...BASE,
    name: "limit_reached",
    metric: "limit_refusals",
    threshold: 10,
    windowMs: MINUTE,
    keepMs: MINUTE,
    description: "Clients are turned away since --max-connections is reached",
  },
  {
    ...BASE,
    name: "history_failed",
    metric: "history_failed",
    scope: "fleet",
    forMs: MINUTE,
    description: "What happens now will be missing in the past",
  },
];
