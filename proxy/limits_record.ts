import type { ProxyOptions } from "./options.ts";
import type { LimitsRecord } from "./stats/limits_record.ts";

/** The limits that these options set, as they are reported. */
export function limitsRecord(
  { mode, limits, http, connectTimeout, drainTimeout }: ProxyOptions,
): LimitsRecord {
  return {
    max_connections: limits.maxConnections,
    max_connections_per_client: limits.maxConnectionsPerClient,
    accept_rate: limits.acceptRate,
    // With 0 none is closed for that.
    idle_timeout: limits.idleTimeout || null,
    bandwidth: limits.bandwidth,
    bandwidth_per_connection: limits.bandwidthPerConnection,
    connect_timeout: connectTimeout,
    drain_timeout: drainTimeout,
    max_header_size: mode === "http" ? http.maxHeaderSize : null,
    max_body_size: mode === "http" ? http.maxBodySize : null,
  };
}
