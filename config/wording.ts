/** What the flags' schemas say, in the words of a file. */
import type { TomlPath } from "../proxy/toml/lines.ts";
import { ACCESS_FLAGS, type Given, type Key, keys as allKeys } from "./keys.ts";

/** A value of a table, and where it stands; null in the environment. */
export interface Entry {
  key: Key;
  value: Given;
  path: TomlPath | null;
}

/** What is wrong with a table, and where that is best looked for. */
export interface Wrong {
  path: TomlPath;
  message: string;
}

/** `Cannot use --flag "value": expected …`, and sentences about flags, as a complaint about a table's keys. */
export function wrongOf(
  sentence: string,
  entries: readonly Entry[],
  table: TomlPath,
  keys: readonly Key[],
): Wrong {
  const [, flag, found, expected] =
    /^Cannot (?:parse|use) (--[a-z0-9-]+)(?: \(or \w+\))?(?: ("(?:[^"\\]|\\.)*"|[^\s":]+))?: (expected .*)$/s
      .exec(sentence) ?? [];
  const entry = entries.find(({ key }) => key.flags.includes(flag));
  if (entry && entry.path) {
    return { path: entry.path, message: `${inKeys(expected, keys)}${shown(entry, found)}` };
  }
  const mentioned = flagsIn(sentence).map((flag) =>
    entries.find(({ key }) => key.flags.includes(flag))
  ).filter((entry) => entry !== undefined);
  const path = mentioned.find(({ path }) => path)?.path ?? table;
  const variables = mentioned.filter(({ path }) => !path).map(({ key }) => key.variable)
    .filter((name) => !sentence.includes(name));
  const set = variables.length === 0 ? "" : ` (${[...new Set(variables)].join(", ")} is set)`;
  return { path, message: `${inKeys(sentence, keys)}${set}` };
}

/** The flags that a sentence mentions. */
export function flagsIn(sentence: string): string[] {
  return sentence.match(/--[a-z][a-z0-9-]*/g) ?? [];
}

/** A value that the sentence does not repeat may be a secret, be it in the wrong place. */
function shown({ key, value }: Entry, found: string | undefined): string {
  if (key.isSecret) return ", found what is not shown";
  if (found === undefined) return "";
  return `, found ${typeof value === "number" ? String(value) : found}`;
}

function inKeys(text: string, keys: readonly Key[]): string {
  return text.replace(/--[a-z][a-z0-9-]*/g, (flag) => {
    if (ACCESS_FLAGS.includes(flag)) return flag.slice(2);
    const named = (known: readonly Key[]) => known.find(({ flags }) => flags.includes(flag))?.name;
    // A proxy's sentence may name what is the manager's.
    return named(keys) ?? named(allKeys()) ?? flag;
  });
}
