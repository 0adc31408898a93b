import type { DatagramBuffers } from "../net/datagram_buffers.ts";
import { errorCode, type FailureReason } from "../net/failure.ts";
import { closeQuietly } from "../net/close.ts";
import type { Session } from "../net/session.ts";
import { openUdp, sendFailure } from "../net/udp.ts";
import { Recent } from "./recent.ts";
import { canonical, MAX_PEERS, type Peer, type Route, Routes } from "./udp_routes.ts";
import { MAX_HEADER_BYTES, parseUdpHeader, type UdpRequest } from "./udp_wire.ts";
import { WireError } from "./wire.ts";

/** What every association of a proxy needs. */
export interface UdpOptions {
  /** Seconds after which an association on which nothing moves ends, and a target may no longer answer. */
  timeout: number;
  buffers: DatagramBuffers;
  /** Every address of a host name; rejects with a `code` such as ENOTFOUND where there is none. */
  resolve(host: string): Promise<string[]>;
  /** Why this client may not reach a target, or null. Addresses are unmapped. */
  judge(client: string, host: string, ip: string, port: number): FailureReason | null;
  /** Counts a dropped datagram, by reason. */
  count(reason: string): void;
  /** Opens a socket towards targets of the family of this address; throws Failure. A test brings its own. */
  open?: (hostname: string) => Deno.DatagramConn;
  /** Milliseconds; a test brings its own. */
  now?: () => number;
}

type Take = (bytes: Uint8Array<ArrayBuffer>, from: Deno.NetAddr) => Promise<void> | void;

/** The sockets of one association, and what passes between them. What cannot be passed on is dropped and counted. */
export class UdpRelay {
  /** What no datagram could have caused, and has ended the association. */
  error: unknown = null;
  readonly #session: Session;
  readonly #options: UdpOptions;
  readonly #now: () => number;
  readonly #routes: Routes;
  /** Whom the client has sent to lately: nobody else may answer. */
  readonly #peers: Recent<Peer>;
  readonly #client: Deno.DatagramConn;
  /** Where the client is; port 0 while that is not known. */
  readonly #owner: Deno.NetAddr;
  /** The sockets towards targets, made when the first datagram of their family goes out. */
  readonly #sockets: { 4: Deno.DatagramConn | null; 6: Deno.DatagramConn | null };
  #lastRoute: Route | null = null;
  #closed = false;

  /** Takes over the socket towards the client, whose datagrams come from this port, or any if it is 0. */
  constructor(client: Deno.DatagramConn, session: Session, port: number, options: UdpOptions) {
    const { now = Date.now } = options;
    const { client_ip } = session.record;
    const idleMs = options.timeout * 1000;
    this.#session = session;
    this.#options = options;
    this.#now = now;
    this.#peers = new Recent(MAX_PEERS, idleMs);
    this.#routes = new Routes({
      // Asked for each time, since they may change while the association lasts.
      resolve: (host) => options.resolve(host),
      judge: (host, ip, port) => options.judge(client_ip, host, ip, port),
      release: (route, held) => this.#release(route, held),
      now,
    }, idleMs);
    this.#owner = { transport: "udp", hostname: canonical(client_ip), port };
    this.#sockets = { 4: null, 6: null };
    this.#client = client;
    this.#receive(client, 0, (bytes, from) => this.#fromClient(bytes, from));
  }

  /** Where the client sends its datagrams. */
  get addr(): Deno.NetAddr {
    return this.#client.addr as Deno.NetAddr;
  }

  /** Closes every socket; harmless when called again. */
  close(): void {
    this.#closed = true;
    closeQuietly(this.#client);
    if (this.#sockets[4]) closeQuietly(this.#sockets[4]);
    if (this.#sockets[6]) closeQuietly(this.#sockets[6]);
  }

  /** Hands on what arrives until the socket is closed; each datagram has `headroom` bytes before it. */
  async #receive(socket: Deno.DatagramConn, headroom: number, take: Take): Promise<void> {
    const { buffers } = this.#options;
    const buffer = buffers.take();
    const room = buffer.subarray(headroom);
    try {
      while (!this.#closed) {
        const got = await socket.receive(room).catch(passOver);
        if (got === null) continue;
        const [bytes, from] = got;
        // One that fills the room may have been longer.
        if (bytes.length === room.length) this.#drop("too_large");
        else await take(bytes as Uint8Array<ArrayBuffer>, from as Deno.NetAddr);
      }
    } catch (error) {
      if (!this.#closed) {
        this.error ??= error;
        this.#session.close();
      }
    } finally {
      buffers.give(buffer);
    }
  }

  #fromClient(bytes: Uint8Array, from: Deno.NetAddr): Promise<void> | void {
    const owner = this.#owner;
    const isOwner = from.hostname === owner.hostname &&
      (owner.port === 0 || from.port === owner.port);
    if (!isOwner) return this.#drop("foreign_sender");
    const request = parse(bytes);
    if (!request) return this.#drop("bad_datagram");
    if (request.fragment !== 0) return this.#drop("fragment");
    owner.port = from.port;
    if (!request.target) return this.#drop("bad_datagram");
    const route = this.#routes.find(request.target);
    if (!route) return this.#drop("queue_full");
    this.#showTarget(route);
    const payload = bytes.subarray(request.start);
    if (route.held === null) return this.#send(route, payload);
    if (!this.#routes.hold(route, payload)) this.#drop("queue_full");
  }

  #showTarget(route: Route): void {
    if (route === this.#lastRoute) return;
    this.#lastRoute = route;
    this.#session.record.setTarget(route.name);
  }

  /** Sends what has waited for a name. */
  async #release(route: Route, held: Uint8Array[]): Promise<void> {
    for (const payload of held) await this.#send(route, payload);
  }

  async #send(route: Route, payload: Uint8Array): Promise<void> {
    if (route.refusal !== "") return this.#drop(route.refusal);
    const { record, throttle } = this.#session;
    if (throttle) await throttle.up.pay(payload.length);
    while (!this.#closed) {
      const peer = route.peers[0];
      try {
        const socket = this.#socketFor(peer);
        this.#expect(peer);
        await socket.send(payload, peer.address);
        // Once the books are closed nothing may be added to them.
        if (this.#closed) return;
        record.bytes_sent += payload.length;
        record.last_activity = this.#now() / 1000;
        return;
      } catch (error) {
        if (this.#closed) return;
        const reason = sendFailure(error);
        if (reason !== "network_unreachable" || route.peers.length === 1) return this.#drop(reason);
        route.peers.shift();
      }
    }
  }

  /** Lets the peer answer. */
  #expect(peer: Peer): void {
    const now = this.#now();
    if (this.#peers.get(peer.key, now) === undefined) this.#peers.set(peer.key, peer, now);
  }

  #socketFor({ address: { hostname } }: Peer): Deno.DatagramConn {
    const family = hostname.includes(":") ? 6 : 4;
    const open = this.#sockets[family];
    if (open) return open;
    const { open: openSocket = openUdp } = this.#options;
    const socket = openSocket(family === 6 ? "::" : "0.0.0.0");
    this.#sockets[family] = socket;
    this.#receive(socket, MAX_HEADER_BYTES, (bytes, from) => this.#fromTarget(bytes, from));
    return socket;
  }

  async #fromTarget(
    bytes: Uint8Array<ArrayBuffer>,
    { hostname, port }: Deno.NetAddr,
  ): Promise<void> {
    const key = hostname.includes(":") ? `[${hostname}]:${port}` : `${hostname}:${port}`;
    const peer = this.#peers.get(key, this.#now());
    if (!peer) return this.#drop("unsolicited");
    const { header } = peer;
    const { record, throttle } = this.#session;
    if (throttle) await throttle.down.pay(bytes.length);
    // The header goes into the room that was left before the payload.
    const start = bytes.byteOffset - header.length;
    const whole = new Uint8Array(bytes.buffer, start, header.length + bytes.length);
    whole.set(header);
    try {
      await this.#client.send(whole, this.#owner);
      if (this.#closed) return;
      record.bytes_received += bytes.length;
      record.last_activity = this.#now() / 1000;
    } catch (error) {
      if (!this.#closed) this.#drop(sendFailure(error));
    }
  }

  #drop(reason: string): void {
    this.#options.count(`udp_${reason}`);
  }
}

function parse(bytes: Uint8Array): UdpRequest | null {
  try {
    return parseUdpHeader(bytes);
  } catch (error) {
    if (error instanceof WireError) return null;
    throw error;
  }
}

/** On Windows a datagram that found nobody comes back as a reset of the socket, which it is not. */
function passOver(error: unknown): null {
  if (errorCode(error) === "ECONNRESET") return null;
  throw error;
}
