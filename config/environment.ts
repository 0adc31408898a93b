import type { Flags, Kind } from "../flags.ts";
import { flagValue, type Given, type Key, keysOf } from "./keys.ts";

/** A variable of the environment by its name; undefined if it is not set. */
export type Environment = (name: string) => string | undefined;

/** A variable that cannot be understood; a whole sentence. */
export class VariableError extends Error {
  override name = "VariableError";
}

/** What is said in the environment of a key. */
export interface Variable {
  key: Key;
  value: Given;
}

/** Their variables have more to say than their flags: several keys, or only a manager's accounts. */
const READ_APART = ["statsKey", "controlKey", "auth"];

/** What the environment says of these keys; throws VariableError. */
export function variablesOf(keys: readonly Key[], env: Environment): Variable[] {
  const found: Variable[] = [];
  for (const key of keys) {
    const text = env(key.variable);
    if (!text || READ_APART.includes(key.attribute)) continue;
    found.push({ key, value: valueOf(key, text) });
  }
  return found;
}

function valueOf({ variable, isList, isSwitch }: Key, text: string): Given {
  if (isList) return text.split("\n").map((line) => line.trim()).filter((line) => line);
  if (isSwitch && (text === "true" || text === "false")) return text === "true";
  if (isSwitch !== true) return text;
  throw new VariableError(
    `Cannot use ${variable} ${JSON.stringify(text)}: expected true or false`,
  );
}

/** Adds to the flags of the command line what it does not say; returns that. Throws VariableError. */
export function fillIn(kind: Kind, given: Flags, env: Environment): Variable[] {
  const keys = [...keysOf(kind), ...kind === "config" ? [] : keysOf("config")];
  const said = variablesOf(keys, env).filter(({ key }) => !isGiven(given, key));
  for (const { key, value } of said) given[key.attribute] = flagValue(key, value);
  return said;
}

function isGiven(given: Flags, { attribute, isOn }: Key): boolean {
  // What is on unless it is switched off has a value in any case.
  if (isOn) return given[attribute] === false;
  const names = attribute === "access" ? ACCESS_ATTRIBUTES : [attribute];
  return names.some((name) => given[name] !== undefined);
}

const ACCESS_ATTRIBUTES = ["allow", "deny", "allowTarget", "denyTarget"];

/** The sentence, with the variable that is behind a flag which nobody has written. */
export function withVariables(sentence: string, variables: readonly Variable[]): string {
  const meant = variables.filter(({ key }) =>
    key.flags.some((flag) => new RegExp(`${flag}(?![\\w-])`).test(sentence))
  ).map(({ key }) => key.variable).filter((name) => !sentence.includes(name));
  return meant.length === 0 ? sentence : `${sentence} (${meant.join(", ")} is set)`;
}
