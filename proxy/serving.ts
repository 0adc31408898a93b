import type { EngineOrder, Outcome } from "./control/outcome.ts";
import type { ProxyOptions } from "./options.ts";
import type { BackendRecord } from "./stats/backend_record.ts";
import type { ReporterOptions, ReportSource } from "./stats/reporter.ts";

/** What serves clients, on one thread or on several; without its reports. */
export interface Serving {
  readonly addr: Deno.NetAddr;
  /** What there is to report. */
  readonly source: ReportSource;
  /** The backends as they are now; empty where there are none. */
  backends(): BackendRecord[];
  /** The part of the reports' bandwidth that is left, where more than one thread reports, … */
  readonly reportShare?: number;
  /** … and the figures for a report's summary. */
  figures?: ReporterOptions["figures"];
  /** Does as it is told; never rejects. */
  execute(order: EngineOrder): Promise<Outcome>;
  /**
   * Goes over to other options, of the same mode, identity and number of threads, with no connection
   * closed; never rejects. Where it cannot, nothing has changed.
   */
  apply(options: ProxyOptions): Promise<Outcome>;
  /** Stops accepting, and lets what runs finish. */
  drain(): Promise<void>;
  /** Waits up to the drain timeout for what runs, and closes everything. */
  end(): Promise<void>;
}
