import { getLogger } from "@logtape/logtape";
import { lookup } from "node:dns/promises";
import { type Address, formatAddress, isIpLiteral } from "../net/address.ts";
import { errorCode } from "../net/failure.ts";

const RESOLVE_SECONDS = 30;

/** Sends datagrams to a host that may be absent, may move, and may be named before it has an address. */
export class DatagramSender {
  readonly #log = getLogger(["rustproxy", "proxy"]);
  #sockets: { v4?: Deno.DatagramConn; v6?: Deno.DatagramConn } = {};
  #ip: string;
  #resolvedAt = 0;
  #resolving: Promise<void> | null = null;
  #warned = "";

  constructor(readonly to: Address) {
    this.#ip = isIpLiteral(to.host) ? to.host : "";
  }

  /** Sends one datagram if the address is known; never throws, and says a lasting trouble once. */
  async send(bytes: Uint8Array): Promise<void> {
    await this.#resolve();
    if (this.#ip === "") return;
    try {
      const to = { transport: "udp", hostname: this.#ip, port: this.to.port } as const;
      await this.#socket(this.#ip.includes(":")).send(bytes, to);
      this.#warned = "";
    } catch (error) {
      this.#warn(
        `Cannot send statistics to ${formatAddress(this.to)}: ${errorCode(error) || error}`,
      );
    }
  }

  close(): void {
    this.#sockets.v4?.close();
    this.#sockets.v6?.close();
    this.#sockets = {};
  }

  /** Looks the name up when that is due. The old address serves meanwhile; without one this waits. */
  async #resolve(): Promise<void> {
    if (isIpLiteral(this.to.host)) return;
    if (this.#ip !== "" && Date.now() - this.#resolvedAt < RESOLVE_SECONDS * 1000) return;
    this.#resolving ??= this.#lookUp().finally(() => this.#resolving = null);
    if (this.#ip === "") await this.#resolving;
  }

  async #lookUp(): Promise<void> {
    this.#resolvedAt = Date.now();
    try {
      this.#ip = (await lookup(this.to.host)).address;
    } catch (error) {
      this.#warn(
        `Cannot resolve the manager's name "${this.to.host}": ${errorCode(error) || error}`,
      );
    }
  }

  #socket(v6: boolean): Deno.DatagramConn {
    const open = (hostname: string) => Deno.listenDatagram({ transport: "udp", hostname, port: 0 });
    return v6 ? this.#sockets.v6 ??= open("::") : this.#sockets.v4 ??= open("0.0.0.0");
  }

  #warn(message: string): void {
    if (message === this.#warned) return;
    this.#warned = message;
    this.#log.warn(message);
  }
}
