import { givenStatsKeys, type KeyFlags } from "../../proxy/stats/key_options.ts";
import type { StatsKey } from "./keys.ts";

/** With which keys reports have to be sealed; none in either for reports in clear. */
export interface SealOptions {
  statsKeys: StatsKey[];
  /** A file of keys. */
  statsKeyFile: string | null;
}

/** Keys that may be given without a file. */
export const MAX_GIVEN = 64;

/** A manager's options, or the sentence that says what is wrong; it repeats no key. */
export function sealOptions(flags: KeyFlags): SealOptions | string {
  const given = givenStatsKeys(flags);
  if (typeof given === "string") return given;
  if (given.keys.length > MAX_GIVEN) {
    return `Cannot use more than ${MAX_GIVEN} keys: expected a --stats-key-file`;
  }
  const statsKeys = given.keys.map((key) => ({ key, boundTo: null }));
  return { statsKeys, statsKeyFile: given.file };
}
