import type { Gate } from "./access/gate.ts";
import type { CredentialCheck } from "./auth/check.ts";
import type { Resolver } from "./dns/resolver.ts";
import { createHttpHandler, type HttpOptions } from "./http/handler.ts";
import type { UpstreamPool } from "./http/pool.ts";
import { acceptProxy } from "./net/accept_proxy.ts";
import type { BufferPool } from "./net/buffer.ts";
import { parseCidr } from "./net/cidr.ts";
import type { DatagramBuffers } from "./net/datagram_buffers.ts";
import { createDial, type Dial } from "./net/dial.ts";
import { createOwnAddress, refuseOwn } from "./net/own_address.ts";
import type { Handler } from "./net/session.ts";
import type { ProxyOptions } from "./options.ts";
import { createSocks5Handler } from "./socks5/handler.ts";
import type { UdpOptions } from "./socks5/udp_relay.ts";
import type { Collector } from "./stats/collector.ts";
import type { Balancer } from "./tcp/balancer.ts";
import { createTcpHandler } from "./tcp/handler.ts";
import { acceptTls } from "./tls/accept_tls.ts";
import type { CertificateFiles } from "./tls/certificate.ts";

/** What a connection's handler is made of, beside the options. */
export interface HandlerParts {
  /** What is listened on. */
  addr: Deno.NetAddr;
  /** This proxy's name in Via. */
  via: string;
  /** Connects to targets; the real one unless a test brings its own. */
  dial?: Dial;
  collector: Collector;
  pool: BufferPool;
  datagrams: DatagramBuffers;
  upstreams: UpstreamPool;
  /** Of the tcp mode alone. */
  balancer: Balancer | null;
  gate: Gate;
  resolver: Resolver;
  /** Null where nobody has to say who he is. */
  auth: CredentialCheck | null;
  /** Null where clients speak no TLS. */
  certificate: CertificateFiles | null;
}

/** Makes what new connections meet, anew each time when something of it has changed. */
export class Handlers {
  /** Connections that last look at these for each request or datagram: what holds now is put into them. */
  #http: HttpOptions | null = null;
  #udp: UdpOptions | null = null;

  /** The handler by these options; what it shares with former ones follows them. */
  create(options: ProxyOptions, parts: HandlerParts): Handler {
    const { certificate, pool } = parts;
    const modeHandler = this.#createForMode(options, parts);
    const handler = certificate ? acceptTls(modeHandler, certificate, pool) : modeHandler;
    // Before TLS, as balancers that pass it on do it.
    const { acceptProxy: trusted } = options;
    return trusted.length > 0 ? acceptProxy(handler, trusted.map(parseCidr), pool) : handler;
  }

  #createForMode(options: ProxyOptions, parts: HandlerParts): Handler {
    const { mode, retries, proxyProtocol, socks4, connectTimeout: timeout } = options;
    const { addr, via, pool, upstreams, balancer, gate, auth, collector } = parts;
    // Where the tcp mode goes was decided with --target.
    const judged = refuseOwn(balancer ? null : gate, createOwnAddress(addr));
    const { resolve } = parts.resolver;
    const dial = parts.dial ?? createDial({ timeout, resolve, gate: judged });
    if (balancer) return createTcpHandler({ balancer, retries, proxyProtocol, dial, pool });
    if (mode === "socks5") {
      this.#udp = renewed(this.#udp, udpOptions(options, parts));
      return createSocks5Handler({ auth, socks4, dial, pool, udp: this.#udp });
    }
    const count = (reason: string) => collector.count(reason);
    const http = { auth, dial, pool, upstreams, via, rules: options.http, count };
    return createHttpHandler(this.#http = renewed(this.#http, http));
  }
}

function udpOptions({ udpTimeout, limits }: ProxyOptions, parts: HandlerParts): UdpOptions {
  const { collector, datagrams: buffers, gate, resolver: { resolve } } = parts;
  return {
    timeout: Math.min(udpTimeout, limits.idleTimeout || Infinity),
    buffers,
    resolve,
    judge: (client, host, ip, port) => gate.target(client, host, ip, port),
    count: (reason) => collector.count(reason),
  };
}

function renewed<T extends object>(before: T | null, now: T): T {
  return before ? Object.assign(before, now) : now;
}
