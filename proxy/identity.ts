import { formatAddress, unmapIPv4 } from "./net/address.ts";
import type { ProxyOptions } from "./options.ts";
import type { Identity } from "./stats/reporter.ts";

/** Who a proxy is, for its reports and its peers. */
export interface Naming {
  version: string;
  /** This machine's name, as the manager shows it. */
  host: string;
}

/** This machine's name; `localhost` where the system does not tell. */
export function machineName(): string {
  try {
    return Deno.hostname() || "localhost";
  } catch {
    return "localhost";
  }
}

/** 16 random bytes in hex: they tell one start of a proxy from the next. */
export function newBootId(): string {
  return crypto.getRandomValues(new Uint8Array(16)).toHex();
}

/** The name in Via by which a proxy recognises its own requests (RFC 9110, section 7.6.3). */
export function viaName(bootId: string): string {
  return `rustproxy-${bootId.slice(0, 8)}`;
}

/** What every report says of this start of a proxy that listens at `addr`. */
export function identify(
  options: ProxyOptions,
  { version, host }: Naming,
  addr: Deno.NetAddr,
  boot_id: string,
): Identity {
  const listen_addr = listenText(addr);
  const name = options.id ?? `${host}_${options.mode}_${listen_addr}`;
  return {
    proxy_id: name.replace(/[^A-Za-z0-9._-]/g, "_").slice(0, 128),
    boot_id,
    proxy_type: options.mode,
    listen_addr,
    host: host.slice(0, 255),
    version,
    start_time: Date.now() / 1000,
  };
}

/** An address that is listened on, as it is shown. */
export function listenText({ hostname, port }: Deno.NetAddr): string {
  return formatAddress({ host: unmapIPv4(hostname), port });
}
