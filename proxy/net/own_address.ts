import ipaddr from "ipaddr.js";
import { isLoopback, unmapIPv4 } from "./address.ts";
import type { TargetGate } from "./dial.ts";

/** Tells whether a connection to this IP literal and port would come back to the listener itself. */
export type IsOwn = (ip: string, port: number) => boolean;

/**
 * Makes that check for what listens at `listen`. It compares ports first, and asks for the `interfaces`
 * only where they are the same, so that addresses that come and go count.
 */
export function createOwnAddress(
  listen: Deno.NetAddr,
  interfaces: () => string[] = interfaceAddresses,
): IsOwn {
  const bound = canonical(listen.hostname);
  return (ip, port) => {
    if (port !== listen.port) return false;
    const address = reached(canonical(ip));
    const everywhere = bound === "::" || (bound === "0.0.0.0" && !address.includes(":"));
    if (!everywhere) return address === bound;
    return isLoopback(address) || interfaces().some((own) => canonical(own) === address);
  };
}

/** A gate that refuses what is the listener's own as a loop, and asks `gate`, if there is one, about the rest. */
export function refuseOwn(gate: TargetGate | null, isOwn: IsOwn): TargetGate {
  return {
    name: (host, port) => gate && gate.name(host, port),
    target: (client, host, ip, port) =>
      isOwn(ip, port) ? "loop_detected" : gate && gate.target(client, host, ip, port),
  };
}

/** As a target, "any address" is the loopback address. */
function reached(ip: string): string {
  if (ip === "0.0.0.0") return "127.0.0.1";
  return ip === "::" ? "::1" : ip;
}

/** One spelling for each address: IPv4 unmapped, IPv6 short and without its zone. */
function canonical(ip: string): string {
  const plain = unmapIPv4(ip.replace(/%.*$/, ""));
  return plain.includes(":") && ipaddr.IPv6.isValid(plain)
    ? ipaddr.IPv6.parse(plain).toString()
    : plain;
}

function interfaceAddresses(): string[] {
  try {
    return Deno.networkInterfaces().map(({ address }) => address);
  } catch {
    // Not permitted, or the system does not tell: the address that is listened on still counts.
    return [];
  }
}
