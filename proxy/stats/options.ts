import type { z } from "zod";
import { secondsFlag } from "../flags.ts";
import { rateFlag } from "../rate.ts";
import { MAX_DATAGRAM_BYTES } from "./report.ts";

/** So many must fit into an interval, for connections, for what else there is to tell, and as slack. */
const LEAST_DATAGRAMS = 3;

/** How a proxy reports, beside where to. */
export interface ReportOptions {
  /** Seconds between two reports. */
  reportInterval: number;
  /** Most bits a second that the reports of the whole proxy take. */
  reportBandwidth: number;
}

/** The flags of the reports, as they come from the command line. */
export const reportFlags = {
  reportInterval: secondsFlag("--report-interval", 0.1, 3600).default(5),
  reportBandwidth: rateFlag("--report-bandwidth").transform((bytes) => bytes * 8)
    .default(1_000_000),
};

type Flags = z.infer<z.ZodObject<typeof reportFlags>>;

/** The options that the flags make, or the sentence that says what is wrong with them. */
export function reportOptions({ reportInterval, reportBandwidth }: Flags): ReportOptions | string {
  const least = Math.floor(LEAST_DATAGRAMS * MAX_DATAGRAM_BYTES * 8 / reportInterval);
  // With less, the time between two reports would not be what they say.
  if (reportBandwidth < least) {
    return `Cannot use --report-bandwidth ${reportBandwidth}bit with --report-interval ` +
      `${reportInterval}: expected at least ${least}bit, ` +
      `for ${LEAST_DATAGRAMS} datagrams of ${MAX_DATAGRAM_BYTES} bytes in each interval`;
  }
  return { reportInterval, reportBandwidth };
}
