/** What a rule may watch. A value above a rule's threshold is trouble; 1 is true, and 0 is not. */
export const METRICS = {
  offline: { unit: "", of: "proxy", kind: "state" },
  silence: { unit: "s", of: "proxy", kind: "level" },
  error_rate: { unit: "%", of: "proxy", kind: "window" },
  limit_refusals: { unit: "/min", of: "proxy", kind: "window" },
  loss: { unit: "%", of: "proxy", kind: "level" },
  active_connections: { unit: "", of: "proxy", kind: "level" },
  bandwidth: { unit: "B/s", of: "proxy", kind: "level" },
  backend_down: { unit: "", of: "backend", kind: "state" },
  history_failed: { unit: "", of: "fleet", kind: "state" },
} as const satisfies Record<string, Metric>;

/** What a metric is about, and how it is measured. */
export interface Metric {
  unit: string;
  /** What has a value of its own. */
  of: "proxy" | "backend" | "fleet";
  /** A `state` needs no threshold, a `level` is as it is now, a `window` is what happened in a rule's window. */
  kind: "state" | "level" | "window";
}

export type MetricName = keyof typeof METRICS;
export const METRIC_NAMES = Object.keys(METRICS) as [MetricName, ...MetricName[]];

/** Those that can be summed up over the fleet. */
export const SUMMABLE: readonly MetricName[] = [
  ...["error_rate", "limit_refusals", "active_connections", "bandwidth"] as const,
];

/** What is wrong, in a few words for people; `proxyId` is empty for the fleet. */
export function describe(
  metric: MetricName,
  { proxyId, subject, value }: { proxyId: string; subject: string; value: number },
): string {
  const who = proxyId === "" ? "The fleet" : proxyId;
  switch (metric) {
    case "offline":
      return `${who} is offline`;
    case "silence":
      return `${who} has been silent for ${number(value)} s`;
    case "error_rate":
      return `${who}: ${number(value)} % of the connections failed`;
    case "limit_refusals":
      return `${who} refused ${number(value)} connections a minute, as it has as many as it may`;
    case "loss":
      return `${who}: ${number(value)} % of its reports are lost`;
    case "active_connections":
      return `${who} has ${number(value)} connections`;
    case "bandwidth":
      return `${who} moves ${number(value / 1e6)} MB/s`;
    case "backend_down":
      return `${who}: backend ${subject} is down`;
    case "history_failed":
      return "The manager cannot write its history";
  }
}

function number(value: number): string {
  return String(Math.round(value * 10) / 10);
}
