import { dirname, isAbsolute, join } from "node:path";
import type { z } from "zod";
import type { Flags } from "../flags.ts";
import { managerFileProblems } from "../manager/check_files.ts";
import { type ManagerOptions, managerOptionsSchema } from "../manager/options.ts";
import { proxyFileProblems } from "../proxy/check_files.ts";
import { type ProxyOptions, proxyOptionsSchema } from "../proxy/options.ts";
import type { TomlPath } from "../proxy/toml/lines.ts";
import type { Environment, Variable } from "./environment.ts";
import { flagValue, type Given, type Key, labelTexts } from "./keys.ts";
import { type Entry, flagsIn, type Wrong, wrongOf } from "./wording.ts";

/** What a table comes to. */
export interface Part<T> {
  /** Null where something is wrong with it. */
  options: T | null;
  /** What holds of the table, the defaults and the environment. */
  entries: Entry[];
  wrong: Wrong[];
}

/** A table of a file, with where it stands; of its values only those that are of the right type. */
export interface Source {
  path: TomlPath;
  table: Record<string, unknown>;
}

/** What the tables of one kind are read with. */
export interface Surroundings {
  /** The file, beside which stand those that it names. */
  file: string;
  env: Environment;
  keys: readonly Key[];
  /** What the environment says of them. */
  variables: readonly Variable[];
}

/** Variables that only one proxy can have, so that there is none for a file. */
export const VARIABLES_OF_ONE: readonly string[] = ["id", "listen", "mode", "target"];

/** Reads `[manager]`. */
export function readManager(source: Source, around: Surroundings): Part<ManagerOptions> {
  const auth = around.env("RUSTPROXY_AUTH");
  const entries = entriesOf([source], around, auth ? ["auth"] : []);
  const more = { history: true, authEnv: auth };
  return partOf(
    managerOptionsSchema,
    entries,
    more,
    source.path,
    around,
    (options) => managerFileProblems(options),
  );
}

/** Reads a `[[proxy]]`; what it does not say is said in `defaults`. */
export function readProxy(
  source: Source,
  defaults: Source,
  around: Surroundings,
): Part<ProxyOptions> {
  const entries = entriesOf([defaults, source], around, []);
  return partOf(
    proxyOptionsSchema,
    entries,
    {},
    source.path,
    around,
    (options) => proxyFileProblems(options),
  );
}

/** Later sources go before earlier ones, and the environment before all of them; of labels, each by itself. */
function entriesOf(
  sources: Source[],
  { env, keys, variables }: Surroundings,
  inEnvironment: string[],
): Entry[] {
  const found = new Map<string, Entry>();
  const add = ({ key, value, path }: Entry) => {
    const before = key.attribute === "label" && found.get(key.name);
    const both = before ? labelsOf(before.value, value) : value;
    found.set(key.name, { key, value: both, path });
  };
  for (const { path, table } of sources) {
    for (const key of keys) {
      const value = table[key.name] as Given | undefined;
      if (value !== undefined) add({ key, value, path: [...path, key.name] });
    }
  }
  for (const { key, value } of variables) {
    if (VARIABLES_OF_ONE.includes(key.attribute)) continue;
    add({ key, value, path: null });
  }
  // The environment's own key takes the place of any, be it in a file or not.
  for (const name of ["stats_key", "control_key"]) {
    if (env(`RUSTPROXY_${name.toUpperCase()}`)) inEnvironment.push(name, `${name}_file`);
  }
  for (const name of inEnvironment) found.delete(name);
  return [...found.values()];
}

/** Both as the command line would give them, but of one name only the second one's. */
function labelsOf(first: Given, second: Given): string[] {
  const texts = labelTexts(second);
  const names = texts.map((text) => text.split("=")[0]);
  const left = labelTexts(first).filter((text) => !names.includes(text.split("=")[0]));
  return [...left, ...texts];
}

function partOf<T>(
  schema: z.ZodType<T>,
  entries: Entry[],
  more: Flags,
  path: TomlPath,
  { file, env, keys }: Surroundings,
  fileProblems: (options: T) => string[],
): Part<T> {
  const flags: Flags = {
    ...more,
    statsKeyEnv: env("RUSTPROXY_STATS_KEY"),
    controlKeyEnv: env("RUSTPROXY_CONTROL_KEY"),
  };
  for (const { key, value } of entries) flags[key.attribute] = flagValue(key, value);
  let found = validate(schema, flags, keys);
  if (!("sentences" in found)) {
    const beside = { ...flags };
    for (const { key } of entries) {
      const name = flags[key.attribute];
      if (key.isPath && typeof name === "string" && !isAbsolute(name)) {
        beside[key.attribute] = join(dirname(file), name);
      }
    }
    found = { options: schema.parse(beside) };
  }
  const sentences = "sentences" in found ? found.sentences : fileProblems(found.options);
  const wrong = sentences.map((sentence) => wrongOf(sentence, entries, path, keys));
  const options = wrong.length === 0 && "options" in found ? found.options : null;
  return { options, entries, wrong };
}

/** The options, or a sentence for each thing that is wrong. */
function validate<T>(
  schema: z.ZodType<T>,
  flags: Flags,
  keys: readonly Key[],
): { options: T } | { sentences: string[] } {
  const result = schema.safeParse(flags);
  if (result.success) return { options: result.data };
  const { issues } = result.error;
  const sentences = issues.map(({ message }) => message);
  const bad = keys.filter(({ attribute }) => issues.some(({ path }) => path[0] === attribute));
  if (bad.length > 0 && bad.every(({ attribute }) => attribute !== "mode")) {
    // How the others fit together is looked at only where each is right by itself.
    const others = { ...flags };
    for (const { attribute } of bad) delete others[attribute];
    const badFlags = bad.flatMap(({ flags }) => flags);
    for (const { message } of schema.safeParse(others).error?.issues ?? []) {
      if (!flagsIn(message).some((flag) => badFlags.includes(flag))) sentences.push(message);
    }
  }
  return { sentences };
}
