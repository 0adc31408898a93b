import { countFlag } from "../../proxy/flags.ts";
import type { FrontLimits } from "./front.ts";

/** The bounds of the HTTP side that can be chosen. */
export type HttpOptions = Partial<Pick<FrontLimits, "connections" | "connectionsPerClient">>;

/** The HTTP side's flags, as they come from the command line. */
export const httpFlags = {
  maxConnections: countFlag("--max-connections", 1, 1_000_000).optional(),
  maxConnectionsPerClient: countFlag("--max-connections-per-client", 1, 1_000_000).optional(),
};

/** Flags → options; what is not given is left out. */
export function httpOptions(flags: {
  maxConnections?: number;
  maxConnectionsPerClient?: number;
}): HttpOptions {
  const { maxConnections: connections, maxConnectionsPerClient: connectionsPerClient } = flags;
  return {
    ...(connections === undefined ? {} : { connections }),
    ...(connectionsPerClient === undefined ? {} : { connectionsPerClient }),
  };
}
