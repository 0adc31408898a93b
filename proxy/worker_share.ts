import type { Limits, ProxyOptions } from "./options.ts";

/** The part of the reports' bandwidth that is for what the workers do not report themselves. */
export const OWN_REPORT_SHARE = 0.1;

/** The options of one worker. */
export function shareOf(options: ProxyOptions): ProxyOptions {
  return {
    ...options,
    limits: share(options.limits, options.workers),
    reportBandwidth: options.reportBandwidth * (1 - OWN_REPORT_SHARE) / options.workers,
  };
}

/** One worker's part of the limits: the system spreads connections evenly. */
function share(limits: Limits, workers: number): Limits {
  const part = (n: number) => Math.ceil(n / workers);
  const partOrNone = (n: number | null) => n === null ? null : part(n);
  return {
    ...limits,
    maxConnections: part(limits.maxConnections),
    maxConnectionsPerClient: partOrNone(limits.maxConnectionsPerClient),
    acceptRate: partOrNone(limits.acceptRate),
    bandwidth: limits.bandwidth === null ? null : limits.bandwidth / workers,
  };
}
