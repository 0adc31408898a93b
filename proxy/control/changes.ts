/** Commands that are changes of a proxy's options. Pure. */
import { misplacedRule, parseAccess } from "../access/options.ts";
import { formatAddress } from "../net/address.ts";
import type { Limits, ProxyOptions } from "../options.ts";
import { MAX_TARGETS, parseTarget, type Target } from "../tcp/target.ts";
import { type CommandOf, MAX_CONNECTIONS } from "./commands.ts";

/** The options as the command wants them, or the sentence that says why that cannot be. */
export function optionsAfter(
  options: ProxyOptions,
  command: CommandOf<"set_limits" | "set_access" | "backend">,
): ProxyOptions | string {
  switch (command.command) {
    case "set_limits":
      return { ...options, limits: limitsAfter(options.limits, command) };
    case "set_access": {
      const access = parseAccess(command.rules);
      if (typeof access === "string") return access;
      return misplacedRule(options.mode, access) ?? { ...options, access };
    }
    case "backend": {
      const targets = targetsAfter(options.targets, command);
      return typeof targets === "string" ? targets : { ...options, targets };
    }
  }
}

function limitsAfter(limits: Limits, command: CommandOf<"set_limits">): Limits {
  const after = { ...limits };
  const { max_connections, idle_timeout } = command;
  // These two are never null: what lifts them is the most, and the never, that a flag can say.
  if (max_connections !== undefined) after.maxConnections = max_connections ?? MAX_CONNECTIONS;
  if (idle_timeout !== undefined) after.idleTimeout = idle_timeout ?? 0;
  const { max_connections_per_client, accept_rate, bandwidth, bandwidth_per_connection } = command;
  if (max_connections_per_client !== undefined) {
    after.maxConnectionsPerClient = max_connections_per_client;
  }
  if (accept_rate !== undefined) after.acceptRate = accept_rate;
  if (bandwidth !== undefined) after.bandwidth = bandwidth;
  if (bandwidth_per_connection !== undefined) {
    after.bandwidthPerConnection = bandwidth_per_connection;
  }
  return after;
}

/** The limits as a `set_limits` would have them that changes nothing. */
export function limitsNow(limits: Limits) {
  const { maxConnections, idleTimeout } = limits;
  return {
    max_connections: maxConnections >= MAX_CONNECTIONS ? null : maxConnections,
    max_connections_per_client: limits.maxConnectionsPerClient,
    accept_rate: limits.acceptRate,
    idle_timeout: idleTimeout || null,
    bandwidth: limits.bandwidth,
    bandwidth_per_connection: limits.bandwidthPerConnection,
  };
}

function targetsAfter(
  targets: readonly Target[],
  { action, name, weight }: CommandOf<"backend">,
): Target[] | string {
  const { host, port } = parseTarget(name);
  const nameOf = (target: { host: string; port: number }) => formatAddress(target).toLowerCase();
  const at = targets.findIndex((target) => nameOf(target) === nameOf({ host, port }));
  if (action === "add" && at < 0) {
    if (targets.length >= MAX_TARGETS) return `there are ${MAX_TARGETS} backends already`;
    return [...targets, { host, port, weight: weight ?? 1 }];
  }
  if (at < 0) return `there is no backend ${name}`;
  if (action === "remove") {
    if (targets.length === 1) return "it is the only backend: disable it, or add another first";
    return targets.toSpliced(at, 1);
  }
  return targets.with(at, { ...targets[at], weight: weight ?? targets[at].weight });
}
