import { countFlag } from "../proxy/flags.ts";

/** What keeps strangers from filling a manager. */
export interface Bounds {
  /** Datagrams a second from one source address. */
  statsRate: number;
  /** Proxies known at a time. */
  maxProxies: number;
}

/** Flags as text → {@link Bounds}. */
export const boundsFlags = {
  // 1,000 proxies with 100 connections each send some 1,600 a second, all from one address behind a NAT.
  statsRate: countFlag("--stats-rate", 1, 1_000_000).default(5_000),
  maxProxies: countFlag("--max-proxies", 1, 1_000_000).default(10_000),
};
