import { type Cidr, isWithin } from "../../proxy/net/cidr.ts";
import type { HttpClient } from "./client.ts";
import { type FieldReader, isForwarded, readForwarded } from "./forwarded.ts";
import type { Link } from "./link.ts";
import type { ServerSocket, SocketSpec } from "./server_socket.ts";

/** Who makes one request, which over a proxy's connection is another one each time. */
export class Visitor implements HttpClient {
  readonly ip: string;
  readonly peer_ip: string;
  readonly secure: boolean;
  readonly forwarded: boolean;
  readonly host: string | null;
  readonly #link: Link;
  /** True once its connection is a WebSocket. */
  upgraded = false;

  /** `proxies` are believed in what they say of their clients. */
  constructor(link: Link, field: FieldReader, proxies: readonly Cidr[]) {
    this.#link = link;
    this.peer_ip = link.ip;
    const trusted = proxies.length > 0 && isWithin(proxies, link.ip);
    const told = trusted ? readForwarded(field, link.ip, proxies) : null;
    this.ip = told?.ip ?? link.ip;
    this.secure = link.secure || (told?.secure ?? false);
    this.forwarded = trusted || isForwarded(field);
    this.host = told?.host ?? null;
  }

  get port(): number {
    return this.#link.port;
  }

  get closed(): boolean {
    return this.#link.closed;
  }

  allow(ms: number): void {
    this.#link.allow(ms);
  }

  upgrade(head: Uint8Array, spec: SocketSpec): ServerSocket | null {
    const socket = this.#link.upgrade(head, spec);
    this.upgraded = socket !== null;
    return socket;
  }

  cutSoon(): void {
    this.#link.cutSoon();
  }
}
