/** The keys of a manager: given as such, or in a file. */
import { proxyIdSchema } from "../../proxy/stats/report.ts";
import { KEY_EXPECTED, keyLines, parseStatsKey } from "../../proxy/stats/key.ts";
import { type FileContent, Reloaded } from "../../proxy/reloaded.ts";
import type { SealOptions } from "./options.ts";

/** A key that reports may be sealed with; plain data. */
export interface StatsKey {
  key: Uint8Array;
  /** The only proxy that may use it, and that may then use no key that is not its own; null for any other. */
  boundTo: string | null;
}

/** Most keys of a file. */
export const MAX_KEYS = 20_000;

/** A manager's keys as they are now; null where reports come in clear. Throws FileError. */
export function openKeys({ statsKeys, statsKeyFile }: SealOptions): ManagerKeys | null {
  return statsKeyFile === null && statsKeys.length === 0
    ? null
    : keysOf(statsKeys, statsKeyFile, "--stats-key-file");
}

/** These keys, or those in the file that `flag` names; throws FileError. */
export function keysOf(keys: StatsKey[], file: string | null, flag: string): ManagerKeys {
  return new ManagerKeys(file === null ? { value: keys } : openKeysFile(file, flag));
}

/** Keys that may change while they are in use. */
export class ManagerKeys {
  readonly #source: Reloaded<StatsKey[]> | { value: StatsKey[] };

  constructor(source: Reloaded<StatsKey[]> | { value: StatsKey[] }) {
    this.#source = source;
  }

  get value(): StatsKey[] {
    return this.#source.value;
  }

  /** Tells of new keys from now on, until it is closed. */
  follow(onChange: (keys: StatsKey[]) => void): void {
    if (!(this.#source instanceof Reloaded)) return;
    this.#source.onChange = () => onChange(this.value);
    this.#source.watch();
  }

  close(): void {
    if (this.#source instanceof Reloaded) this.#source.close();
  }
}

/** Reads the file; throws FileError, which names the line that is wrong and nothing of what stands there. */
export function openKeysFile(path: string, flag = "--stats-key-file"): Reloaded<StatsKey[]> {
  return new Reloaded({
    files: [{ flag, path }],
    parse: ([file]) => parseKeys(file),
    by: "manager",
  });
}

/** Lines of `key`, for any proxy, and of `proxy_id = key`. */
function parseKeys({ bytes, error }: FileContent): StatsKey[] {
  const lines = keyLines(bytes);
  if (lines.length === 0) throw error("expected at least one key");
  if (lines.length > MAX_KEYS) throw error(`expected at most ${MAX_KEYS} keys`);
  const known = new Set<string>();
  return lines.map(({ text, number }) => {
    const parsed = parseLine(text);
    if (typeof parsed === "string") throw error(`line ${number}: ${parsed}`);
    const name = parsed.key.toHex();
    // Else it would not tell whose report it is.
    if (known.has(name)) throw error(`line ${number}: the key stands in an earlier line too`);
    known.add(name);
    return parsed;
  });
}

function parseLine(text: string): StatsKey | string {
  const [, name, base64] = /^(?:([^=]*?)\s*=\s*)?([^=\s]+=)$/.exec(text) ?? [];
  const key = base64 === undefined ? null : parseStatsKey(base64);
  if (key === null) return `expected a key, or proxy_id = key; of the key, ${KEY_EXPECTED}`;
  if (name === undefined) return { key, boundTo: null };
  if (proxyIdSchema.safeParse(name).success) return { key, boundTo: name };
  return "expected a proxy_id of 1 to 128 characters from A-Za-z0-9._- before the equals sign";
}
