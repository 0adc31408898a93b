import { unmapIPv4 } from "../../proxy/net/address.ts";
import { type Cidr, isWithin } from "../../proxy/net/cidr.ts";
import { glob } from "../../proxy/glob.ts";
import type { LoggedConnection } from "./batch.ts";

/** Which rows of the log; times in Unix seconds, `to` exclusive. What is not given does not matter. */
export interface LogFilter {
  from?: number;
  to?: number;
  /** Patterns in which * stands for anything. */
  proxy?: string;
  target?: string;
  user?: string;
  reason?: string;
  state?: string[];
  client?: Cidr[];
}

/** What the filter says of a connection, but for the times. */
export function matcherOf(filter: LogFilter): (connection: LoggedConnection) => boolean {
  const tests: ((connection: LoggedConnection) => boolean)[] = [];
  const { proxy, state, client } = filter;
  if (proxy !== undefined) {
    const fits = glob(proxy);
    tests.push((c) => fits(c.proxy_id));
  }
  if (state) tests.push((c) => state.includes(c.state));
  for (const field of ["user", "reason", "target"] as const) {
    const pattern = filter[field];
    if (pattern === undefined) continue;
    const fits = glob(pattern);
    tests.push((c) => fits(c[field]));
  }
  if (client) tests.push((c) => isWithin(client, unmapIPv4(c.client_ip)));
  return (connection) => tests.every((test) => test(connection));
}
