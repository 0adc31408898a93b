import { getLogger } from "@logtape/logtape";
import { lookup as systemLookup } from "node:dns/promises";
import { type Address, formatAddress, isIpLiteral } from "../net/address.ts";
import { errorCode } from "../net/failure.ts";

const RESOLVE_SECONDS = 30;
/** A name without an address is asked for again after so many seconds; … */
const RETRY_SECONDS = 5;
/** … and so long a datagram waits for the answer: it has a successor, and the exit waits for the last one. */
const WAIT_MS = 2000;

type Lookup = (host: string) => Promise<{ address: string }>;

/** Sends datagrams to a host that may be absent, may move, and may be named before it has an address. */
export class DatagramSender {
  readonly #log = getLogger(["rustproxy", "proxy"]);
  readonly #lookup: Lookup;
  #sockets: { v4?: Deno.DatagramConn; v6?: Deno.DatagramConn } = {};
  #ip: string;
  #resolvedAt = -Infinity;
  #resolving: Promise<void> | null = null;
  #warned = "";

  /** `lookup` asks the system for a name's address, unless a test brings its own. */
  constructor(readonly to: Address, lookup: Lookup = systemLookup) {
    this.#lookup = lookup;
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

  /** Looks the name up when that is due. The old address serves meanwhile; without one this waits a little. */
  async #resolve(): Promise<void> {
    if (isIpLiteral(this.to.host)) return;
    const seconds = this.#ip === "" ? RETRY_SECONDS : RESOLVE_SECONDS;
    if (performance.now() - this.#resolvedAt < seconds * 1000) return;
    if (this.#resolving) return;
    this.#resolving = this.#lookUp().finally(() => this.#resolving = null);
    if (this.#ip !== "") return;
    let timer: ReturnType<typeof setTimeout> | undefined;
    const late = new Promise<void>((resolve) => timer = setTimeout(resolve, WAIT_MS));
    await Promise.race([this.#resolving, late]);
    clearTimeout(timer);
  }

  async #lookUp(): Promise<void> {
    try {
      this.#ip = (await this.#lookup(this.to.host)).address;
    } catch (error) {
      this.#warn(
        `Cannot resolve the manager's name "${this.to.host}": ${errorCode(error) || error}`,
      );
    }
    this.#resolvedAt = performance.now();
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
