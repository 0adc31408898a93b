import { z } from "zod";
import { KEY_EXPECTED, parseStatsKey } from "./key.ts";

/** With which key a proxy seals its reports: one of the two, or none. */
export interface KeyOptions {
  statsKey: Uint8Array | null;
  /** A file that holds the key. */
  statsKeyFile: string | null;
}

/** The environment variable that stands for `--stats-key`. */
export const KEY_VARIABLE = "RUSTPROXY_STATS_KEY";

/** Flags of both sides; the last is the environment's, which the command line's go before. */
export const keyFlags = {
  statsKey: z.union([z.string().transform((text) => [text]), z.array(z.string())]).optional(),
  statsKeyFile: z.string().min(1, 'Cannot use --stats-key-file "": expected a file').optional(),
  statsKeyEnv: z.string().optional(),
};

export type KeyFlags = z.infer<z.ZodObject<typeof keyFlags>>;

/** Keys that are given as such, or the file that holds them. */
export interface GivenKeys {
  keys: Uint8Array[];
  file: string | null;
}

/** What the flags and the environment give, or the sentence that says what is wrong; it repeats no key. */
export function givenKeys({ statsKey, statsKeyFile, statsKeyEnv }: KeyFlags): GivenKeys | string {
  if (statsKey && statsKeyFile !== undefined) {
    return "Cannot use both --stats-key and --stats-key-file: expected one of them";
  }
  if (statsKeyFile !== undefined) {
    // A message that there is no such file would repeat it.
    const isKey = parseStatsKey(statsKeyFile) !== null;
    if (isKey) return "Cannot use --stats-key-file: expected a file that holds the key";
    return { keys: [], file: statsKeyFile };
  }
  const [texts, name] = statsKey
    ? [statsKey, "--stats-key"]
    : [statsKeyEnv ? statsKeyEnv.split(",") : [], KEY_VARIABLE];
  const keys: Uint8Array[] = [];
  for (const text of texts) {
    const key = parseStatsKey(text);
    if (key === null) return `Cannot use ${name}: ${KEY_EXPECTED}`;
    keys.push(key);
  }
  return { keys, file: null };
}

/** A proxy's options, or the sentence that says what is wrong; `reports` is whether it has a manager. */
export function keyOptions(flags: KeyFlags, reports: boolean): KeyOptions | string {
  const given = givenKeys(flags);
  if (typeof given === "string") return given;
  const flag = flags.statsKey ? "--stats-key" : given.file === null ? null : "--stats-key-file";
  if (flag && !reports) return `${flag} needs --manager-addr or --stats-addr`;
  if (given.keys.length > 1) {
    return `Cannot use more than one key in ${flag ?? KEY_VARIABLE}: expected a proxy's only key`;
  }
  return { statsKey: given.keys[0] ?? null, statsKeyFile: given.file };
}
