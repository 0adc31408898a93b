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

/** How the places are called from which a key may come. */
export interface KeyNames {
  flag: string;
  fileFlag: string;
  variable: string;
}

export const STATS_KEY_NAMES: KeyNames = {
  flag: "--stats-key",
  fileFlag: "--stats-key-file",
  variable: KEY_VARIABLE,
};

/** Keys as they were given in these places. */
export interface KeyTexts {
  given?: string[];
  file?: string;
  env?: string;
}

/** Keys that are given as such, or the file that holds them. */
export interface GivenKeys {
  keys: Uint8Array[];
  file: string | null;
}

/** What the places give, or the sentence that says what is wrong; it repeats no key. */
export function givenKeys(
  { given, file, env }: KeyTexts,
  { flag, fileFlag, variable }: KeyNames,
): GivenKeys | string {
  if (given && file !== undefined) {
    return `Cannot use both ${flag} and ${fileFlag}: expected one of them`;
  }
  if (file !== undefined) {
    // A message that there is no such file would repeat it.
    const isKey = parseStatsKey(file) !== null;
    if (isKey) return `Cannot use ${fileFlag}: expected a file that holds the key`;
    return { keys: [], file };
  }
  const [texts, name] = given ? [given, flag] : [env ? env.split(",") : [], variable];
  const keys: Uint8Array[] = [];
  for (const text of texts) {
    const key = parseStatsKey(text);
    if (key === null) return `Cannot use ${name}: ${KEY_EXPECTED}`;
    keys.push(key);
  }
  return { keys, file: null };
}

/** The same of the key that seals statistics. */
export function givenStatsKeys({ statsKey, statsKeyFile, statsKeyEnv }: KeyFlags) {
  return givenKeys({ given: statsKey, file: statsKeyFile, env: statsKeyEnv }, STATS_KEY_NAMES);
}

/** A proxy's options, or the sentence that says what is wrong; `reports` is whether it has a manager. */
export function keyOptions(flags: KeyFlags, reports: boolean): KeyOptions | string {
  const given = givenStatsKeys(flags);
  if (typeof given === "string") return given;
  const flag = flags.statsKey ? "--stats-key" : given.file === null ? null : "--stats-key-file";
  if (flag && !reports) return `${flag} needs --manager-addr or --stats-addr`;
  if (given.keys.length > 1) {
    return `Cannot use more than one key in ${flag ?? KEY_VARIABLE}: expected a proxy's only key`;
  }
  return { statsKey: given.keys[0] ?? null, statsKeyFile: given.file };
}
