import { isSame } from "../proxy/control/differences.ts";
import { FileError } from "../proxy/reloaded.ts";
import { type Alerts, type ConfigSource, fixedRules } from "./alerts/alerts.ts";
import { openAlertFile } from "./alerts/config.ts";
import type { Auth } from "./auth/auth.ts";
import type { ManagerOptions } from "./options.ts";

/** What became of other options. */
export interface ManagerApplied {
  /** The keys of what has changed. */
  applied: string[];
  /** The keys of what takes a restart, and is as it was. */
  restart: string[];
  /** Why nothing has changed. */
  error?: string;
}

/** What of a running manager can change. */
export interface Changeable {
  alerts: Alerts;
  auth: Auth | undefined;
  publicHosts: string[];
}

/** What an option is called in a file, where that is another word. */
const KEYS: Partial<Record<keyof ManagerOptions, string>> = {
  http: "max_connections",
  publicHosts: "public_host",
  statsKeys: "stats_key",
  control: "control_key",
  trustedProxies: "trusted_proxy",
  history: "data_dir or retention",
  tls: "tls_cert",
};

/** Rules as the options have them, read from their file if they are in one; throws FileError. */
export function openRules({ alerts }: ManagerOptions): ConfigSource | null {
  return typeof alerts === "string" ? openAlertFile(alerts) : fixedRules(alerts);
}

/** Applies what can change while the manager runs; returns what holds then, too. */
export function applyOptions(
  now: ManagerOptions,
  next: ManagerOptions,
  { alerts, auth, publicHosts }: Changeable,
): ManagerApplied & { options: ManagerOptions } {
  const names = [
    ...new Set([...Object.keys(now), ...Object.keys(next)]),
  ] as (keyof ManagerOptions)[];
  const changed = new Set(names.filter((name) => !isSame(now[name], next[name])));
  const options = { ...now };
  const applied: string[] = [];
  try {
    // First what may fail: until then nothing has changed.
    const rules = changed.has("alerts") ? openRules(next) : null;
    // Without accounts everything about requests is another matter.
    if (changed.has("auth") && auth && next.auth) {
      auth.set(next.auth);
      take("auth");
    }
    if (changed.has("alerts")) {
      alerts.setSource(rules);
      take("alerts");
    }
  } catch (error) {
    if (!(error instanceof FileError)) throw error;
    return { options: now, applied: [], restart: [], error: error.message };
  }
  if (changed.has("publicHosts")) {
    publicHosts.splice(0, publicHosts.length, ...next.publicHosts);
    take("publicHosts");
  }
  return { options, applied, restart: [...changed].map(keyOf) };

  function take<K extends keyof ManagerOptions>(name: K): void {
    options[name] = next[name];
    changed.delete(name);
    applied.push(keyOf(name));
  }
}

function keyOf(name: keyof ManagerOptions): string {
  return KEYS[name] ?? name.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);
}
