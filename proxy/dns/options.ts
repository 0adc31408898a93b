import type { z } from "zod";
import { countFlag, listFlag, secondsFlag } from "../flags.ts";
import { type DnsServer, MAX_DNS_SERVERS, parseDnsServer } from "./servers.ts";

/** Who resolves names instead of the system. */
export interface DnsOptions {
  /** In the order in which they are asked. */
  servers: DnsServer[];
  /** Seconds that each may take for an answer. */
  timeout: number;
  /** Names that are remembered at most; 0 for none. */
  cacheSize: number;
}

/** The flags about name resolution, as they come from the command line. */
export const dnsFlags = {
  dns: listFlag("--dns", MAX_DNS_SERVERS, parseDnsServer).optional(),
  dnsTimeout: secondsFlag("--dns-timeout", 0.1, 60).optional(),
  dnsCacheSize: countFlag("--dns-cache-size", 0, 1_000_000).optional(),
};

type Flags = z.infer<z.ZodObject<typeof dnsFlags>>;

/** The options that the flags make, null for the system's resolver, or the sentence that says what is wrong. */
export function dnsOptions({ dns, dnsTimeout, dnsCacheSize }: Flags): DnsOptions | null | string {
  if (dns) return { servers: dns, timeout: dnsTimeout ?? 2, cacheSize: dnsCacheSize ?? 10_000 };
  if (dnsTimeout !== undefined) return "--dns-timeout needs --dns";
  if (dnsCacheSize !== undefined) return "--dns-cache-size needs --dns";
  return null;
}
