import { isLoopback } from "../proxy/net/address.ts";
import type { ManagerOptions } from "./options.ts";

/** Where a manager has come to listen. */
export interface Listening {
  /** As a person would ask for it. */
  url: string;
  hostname: string;
  /** Where reports arrive: host and port. */
  stats: string;
  statsHostname: string;
}

type Protected = Pick<
  ManagerOptions,
  "auth" | "tls" | "trustedProxies" | "statsKeys" | "statsKeyFile"
>;

/** What is open to more people than one may think: a line each, with the flags that close it. */
export function exposureWarnings(options: Protected, at: Listening): string[] {
  const warnings: string[] = [];
  const isPublic = !isLoopback(at.hostname);
  if (isPublic && options.auth === null) {
    warnings.push(
      `Everybody who reaches ${at.url} sees all of the fleet, for nobody is asked for a password: ` +
        "--auth-file or --auth says who may",
    );
  }
  if (isPublic && options.auth && !options.tls && options.trustedProxies.length === 0) {
    warnings.push(
      `Passwords come to ${at.url} unencrypted: --tls-cert and --tls-key make it speak TLS, and ` +
        "--trusted-proxy names a reverse proxy that does",
    );
  }
  if (
    options.statsKeys.length === 0 && options.statsKeyFile === null && !isLoopback(at.statsHostname)
  ) {
    warnings.push(
      `Statistics on udp ${at.stats} are taken from everybody who reaches that port: ` +
        "--stats-key or --stats-key-file says who may send them",
    );
  }
  return warnings;
}
