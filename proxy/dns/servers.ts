import ipaddr from "ipaddr.js";
import { AddressError, formatAddress, isHost, isIpLiteral, unmapIPv4 } from "../net/address.ts";

export const MAX_DNS_SERVERS = 8;

/** A server that is asked for names, and how; plain data, since it travels to worker threads. */
export interface DnsServer {
  kind: "udp" | "tcp" | "tls" | "https";
  /** As the log names it, in full. */
  name: string;
  /** An IP address for udp; for the others an address, or a name that the system resolves. */
  host: string;
  port: number;
  /** For tls: whose certificate it must have. */
  serverName: string;
}

const PORTS = { udp: 53, tcp: 53, tls: 853 };

/**
 * Parses an entry of --dns: `8.8.8.8`, `[::1]:5353`, `udp://…`, `tcp://…`, `tls://…` (RFC 7858), also as
 * `tls://dns.example@192.0.2.1`, or `https://host/path` (RFC 8484). Throws AddressError.
 */
export function parseDnsServer(text: string): DnsServer {
  const match = /^(?:([a-z]+):\/\/)?(.*)$/s.exec(text)!;
  const [, kind = "udp", rest] = match;
  if (kind === "https") return parseHttps(text);
  if (kind !== "udp" && kind !== "tcp" && kind !== "tls") throw unexpected();
  const at = kind === "tls" ? rest.lastIndexOf("@") : -1;
  const { host, port } = splitHost(rest.slice(at + 1), PORTS[kind]);
  const serverName = at < 0 ? host : rest.slice(0, at);
  if (!isHost(serverName)) throw unexpected();
  if (kind === "udp" && !isIpLiteral(host)) {
    throw new AddressError("expected an IP address, since names are what it is asked for");
  }
  const name = `${kind}://${at < 0 ? "" : `${serverName}@`}${formatAddress({ host, port })}`;
  return { kind, name, host, port, serverName: kind === "tls" ? serverName : "" };
}

function parseHttps(text: string): DnsServer {
  const url = URL.parse(text);
  const odd = !url || url.hostname === "" || url.username || url.password || url.hash ||
    /[\s{}]/.test(text);
  if (odd) throw new AddressError("expected https://host/path");
  // What every public server has, and users leave out.
  if (url.pathname === "/") url.pathname = "/dns-query";
  const host = url.hostname.replace(/^\[(.*)\]$/, "$1");
  const port = Number(url.port) || 443;
  return { kind: "https", name: url.href, host, port, serverName: "" };
}

/** `host`, `host:port`, `[::1]`, `[::1]:port` or a bare IPv6 address. */
function splitHost(text: string, defaultPort: number): { host: string; port: number } {
  const bare = text.includes(":") && isIpLiteral(text);
  const match = bare
    ? [text, "", text]
    : /^(?:\[([^\]]*:[^\]]*)\]|([^:[\]]+))(?::(\d{1,5}))?$/.exec(text);
  if (!match) throw unexpected();
  const host = match[1] || match[2];
  const port = match[3] === undefined ? defaultPort : Number(match[3]);
  // A zone has no place in a certificate, and answers come back without it.
  if (!isHost(host) || host.includes("%")) throw unexpected();
  if (port < 1 || port > 65535) throw new AddressError("expected a port from 1 to 65535");
  return { host: canonical(host), port };
}

/** The form in which the system tells where an answer came from. */
function canonical(host: string): string {
  if (!host.includes(":")) return host;
  const plain = unmapIPv4(host);
  return plain.includes(":") ? ipaddr.IPv6.parse(plain).toRFC5952String() : plain;
}

function unexpected(): AddressError {
  return new AddressError(
    "expected an address such as 192.0.2.1 or [::1]:53, or udp://, tcp://, tls:// or https://",
  );
}
