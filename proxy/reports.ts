import type { Address } from "./net/address.ts";
import type { ReportSeal } from "./stats/report_seal.ts";
import {
  type Identity,
  Reporter,
  type ReporterOptions,
  type ReportSource,
} from "./stats/reporter.ts";
import { DatagramSender } from "./stats/sender.ts";

/** Where reports go, how often, and how many bits a second they take. */
export interface ReportPlan {
  to: Address;
  interval: number;
  bandwidth: number;
}

/** The reports of what serves. Where they go and how often may change; their numbers go on. */
export class Reports {
  readonly #identity: Identity;
  readonly #reporter: Reporter;
  #sender: DatagramSender;
  /** The last datagram on its way. */
  #sending: Promise<void> = Promise.resolve();

  /** Begins at once. */
  constructor(
    plan: ReportPlan,
    source: ReportSource,
    identity: Identity,
    seal: ReportSeal,
    more: Pick<ReporterOptions, "backends" | "limits" | "labels" | "figures" | "lastState">,
  ) {
    this.#identity = { ...identity };
    this.#sender = new DatagramSender(plan.to);
    this.#reporter = new Reporter(source, this.#identity, {
      interval: plan.interval,
      bandwidth: plan.bandwidth,
      ...seal.sending(identity.boot_id, (bytes) => this.#sending = this.#sender.send(bytes)),
      ...more,
    });
    seal.watch();
    this.#reporter.start();
  }

  /** Goes over to another plan. */
  change({ to, interval, bandwidth }: ReportPlan): void {
    const { host, port } = this.#sender.to;
    if (host !== to.host || port !== to.port) {
      const former = this.#sender;
      this.#sending.then(() => former.close());
      this.#sender = new DatagramSender(to);
    }
    this.#reporter.retune({ interval, bandwidth });
  }

  /** Says from now on that the proxy listens there. */
  moved(listenAddr: string): void {
    this.#identity.listen_addr = listenAddr;
  }

  /** Says from now on that the proxy drains, or that it does no longer. */
  drain(on = true): void {
    this.#reporter.drain(on);
  }

  /** Reports a last time. */
  async stop(): Promise<void> {
    await this.#reporter.stop();
    this.#sender.close();
  }
}
