import { strict as assert } from "node:assert";
import { ConnectionLimits } from "../../proxy/limits.ts";
import type { Address } from "../../proxy/net/address.ts";
import { BufferPool } from "../../proxy/net/buffer.ts";
import { DatagramBuffers } from "../../proxy/net/datagram_buffers.ts";
import { createDial } from "../../proxy/net/dial.ts";
import { acceptLoop } from "../../proxy/net/listener.ts";
import { closeQuietly } from "../../proxy/net/close.ts";
import type { Session } from "../../proxy/net/session.ts";
import type { Bandwidth } from "../../proxy/net/throttle.ts";
import { Sessions } from "../../proxy/sessions.ts";
import { createSocks5Handler } from "../../proxy/socks5/handler.ts";
import type { UdpOptions } from "../../proxy/socks5/udp_relay.ts";
import { encodeUdpHeader, parseUdpHeader } from "../../proxy/socks5/udp_wire.ts";
import { Collector } from "../../proxy/stats/collector.ts";
import { eventually, within } from "./eventually.ts";
import { connectTo, readExactly, send } from "./tcp.ts";

const ANY = [1, 0, 0, 0, 0, 0, 0];

/** The socks5 mode with parts that a test brings; leaving its scope ends it. */
export interface SocksServer extends AsyncDisposable {
  port: number;
  collector: Collector;
  /** Every session so far. */
  sessions: Session[];
  /** Ends what is due at this time, in ms. */
  tick(now: number): void;
  drain(): void;
}

/** Serves socks5 on a free loopback port. */
export function startSocks(
  udp: Partial<UdpOptions> = {},
  { hostname = "127.0.0.1", bandwidth = null as Bandwidth | null } = {},
): SocksServer {
  const collector = new Collector();
  const sessions: Session[] = [];
  const handler = createSocks5Handler({
    auth: null,
    socks4: false,
    dial: createDial({ timeout: 10 }),
    pool: new BufferPool(),
    udp: {
      timeout: 60,
      buffers: new DatagramBuffers(),
      resolve: (host) => Promise.reject(new Error(`no test asks for ${host}`)),
      judge: () => null,
      count: (reason) => collector.count(reason),
      ...udp,
    },
  });
  const remember = (session: Session) => {
    sessions.push(session);
    return handler(session);
  };
  const connections = new ConnectionLimits({
    maxConnections: 1000,
    maxConnectionsPerClient: null,
    acceptRate: null,
  });
  const all = new Sessions(remember, collector, {
    connections,
    bandwidth,
    idleTimeout: 0,
    trusted: [],
    gate: null,
  });
  const listener = Deno.listen({ hostname, port: 0 });
  const accepting = acceptLoop(listener, {
    onConnection: (conn) => all.accept(conn),
    onLost() {},
    onPause() {},
  });
  return {
    port: listener.addr.port,
    collector,
    sessions,
    tick: (now) => all.tick(now),
    drain: () => all.drain(),
    async [Symbol.asyncDispose]() {
      listener.close();
      await accepting;
      await all.ended(0);
    },
  };
}

/** Waits until so many datagrams have been dropped for this reason. */
export async function dropped(server: SocksServer, reason: string, times: number): Promise<void> {
  await eventually(`${reason} is counted`, () => server.collector.reasons[reason] === times);
}

/** What came in a datagram, and from where. */
export interface Received {
  from: Address;
  payload: Uint8Array;
}

/** A client with an association; leaving its scope closes its connection and its socket. */
export class UdpClient implements Disposable {
  private constructor(
    readonly control: Deno.TcpConn,
    readonly socket: Deno.DatagramConn,
    /** BND.ADDR and BND.PORT. */
    readonly relay: Deno.NetAddr,
  ) {}

  /** Asks for an association; `source` are the bytes of DST.ADDR and DST.PORT. */
  static async open(
    port: number,
    source: number[] = ANY,
    hostname = "127.0.0.1",
    socket: Deno.DatagramConn = udpSocket(hostname),
  ): Promise<UdpClient> {
    const control = await connectTo(port, hostname);
    await send(control, Uint8Array.of(5, 1, 0, 5, 3, 0, ...source));
    const reply = await readExactly(control, hostname.includes(":") ? 24 : 12);
    assert.deepEqual([...reply.subarray(0, 5)], [5, 0, 5, 0, 0]);
    const header = Uint8Array.of(0, 0, 0, ...reply.subarray(5));
    const { target } = parseUdpHeader(header);
    assert.ok(target, "BND.PORT is not 0");
    return new UdpClient(control, socket, {
      transport: "udp",
      hostname: target.host,
      port: target.port,
    });
  }

  /** Sends a payload to a target, an address or a name. */
  async send(to: Address, payload: string | Uint8Array, fragment = 0): Promise<void> {
    const body = typeof payload === "string" ? new TextEncoder().encode(payload) : payload;
    const header = headerFor(to);
    header[2] = fragment;
    await this.sendRaw(Uint8Array.of(...header, ...body));
  }

  async sendRaw(bytes: Uint8Array): Promise<void> {
    await this.socket.send(bytes, this.relay);
  }

  /** The next datagram. */
  async receive(): Promise<Received> {
    const [bytes] = await within("an answer arrives", this.socket.receive(new Uint8Array(65_535)));
    const { fragment, target, start } = parseUdpHeader(bytes);
    assert.equal(fragment, 0);
    return { from: target!, payload: bytes.subarray(start) };
  }

  /** The next datagram as text. */
  async text(): Promise<string> {
    return new TextDecoder().decode((await this.receive()).payload);
  }

  [Symbol.dispose](): void {
    closeQuietly(this.control);
    closeQuietly(this.socket);
  }
}

/** The header of a client's datagram to an address or a name. */
export function headerFor({ host, port }: Address): Uint8Array {
  if (/^[\d.]+$|:/.test(host)) return encodeUdpHeader({ host, port });
  const name = new TextEncoder().encode(host);
  return Uint8Array.of(0, 0, 0, 3, name.length, ...name, port >> 8, port & 255);
}

/** A UDP socket on a free port; leaving its scope closes it. */
export function udpSocket(hostname = "127.0.0.1"): Deno.DatagramConn & Disposable {
  const socket = Deno.listenDatagram({ transport: "udp", hostname, port: 0 });
  return Object.assign(socket, { [Symbol.dispose]: () => closeQuietly(socket) });
}

/** A UDP target; leaving its scope closes it. */
export interface UdpTarget extends AsyncDisposable {
  address: Address;
  /** Where each datagram has come from. */
  sources: Deno.NetAddr[];
  /** The payloads as text. */
  texts: string[];
}

/** Sends every datagram back that `drop` does not name by its number. */
export function startUdpEcho(
  hostname = "127.0.0.1",
  drop: (n: number) => boolean = () => false,
): UdpTarget {
  const socket = udpSocket(hostname);
  const { port } = socket.addr as Deno.NetAddr;
  const sources: Deno.NetAddr[] = [];
  const texts: string[] = [];
  const loop = (async () => {
    const buffer = new Uint8Array(65_535);
    for (;;) {
      const [bytes, from] = await socket.receive(buffer);
      sources.push(from as Deno.NetAddr);
      texts.push(new TextDecoder().decode(bytes));
      if (!drop(sources.length)) await socket.send(bytes, from);
    }
  })().catch(() => {});
  return {
    address: { host: hostname, port },
    sources,
    texts,
    async [Symbol.asyncDispose]() {
      closeQuietly(socket);
      await loop;
    },
  };
}
