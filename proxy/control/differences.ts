/** What is other in one set of options than in another, and what a running proxy can do about it. Pure. */
import type { ProxyOptions } from "../options.ts";

/** Under which name a change of each option is told; null where it takes a new start. */
const GROUPS: Record<keyof ProxyOptions, string | null> = {
  mode: null,
  id: null,
  workers: null,
  // What is sealed with it would have to be told from what was sealed before.
  statsKey: null,
  statsKeyFile: null,
  control: null,
  statsTo: "reports",
  reportInterval: "reports",
  reportBandwidth: "reports",
  listen: "listen",
  limits: "limits",
  labels: "labels",
  access: "access",
  acceptProxy: "accept_proxy",
  targets: "targets",
  lb: "balancing",
  retries: "balancing",
  proxyProtocol: "balancing",
  healthcheck: "healthcheck",
  auth: "auth",
  authFile: "auth",
  tls: "tls",
  dns: "dns",
  http: "http",
  socks4: "socks",
  udpTimeout: "socks",
  connectTimeout: "timeouts",
  drainTimeout: "timeouts",
};

export interface Differences {
  /** The names of what can change while the proxy runs. */
  changed: string[];
  /** What cannot. */
  restart: string[];
}

/** Compares the options that hold with others. */
export function differences(now: ProxyOptions, next: ProxyOptions): Differences {
  const changed = new Set<string>();
  const restart: string[] = [];
  for (const [key, group] of Object.entries(GROUPS) as [keyof ProxyOptions, string | null][]) {
    if (isSame(now[key], next[key])) continue;
    if (group === null) restart.push(key);
    else changed.add(group);
  }
  if (now.limits.backlog !== next.limits.backlog) restart.push("backlog");
  // Where nothing was reported before, no number of a report says what a manager knows.
  if ((now.statsTo === null) !== (next.statsTo === null)) restart.push("statsTo");
  return { changed: [...changed], restart };
}

/** The other options, with what cannot change while a proxy runs left as it is. */
export function changeable(
  now: ProxyOptions,
  next: ProxyOptions,
): { options: ProxyOptions; restart: string[] } {
  const { restart } = differences(now, next);
  const kept = Object.fromEntries(
    restart.filter((key) => key in now).map((key) => [key, now[key as keyof ProxyOptions]]),
  );
  const limits = { ...next.limits, backlog: now.limits.backlog };
  return { options: { ...next, ...kept, limits }, restart };
}

/** Whether two values of an option say the same; options are plain data. */
export function isSame(a: unknown, b: unknown): boolean {
  return JSON.stringify(a) === JSON.stringify(b);
}
