import type { z } from "zod";
import type { TomlPath } from "./lines.ts";

/** What is wrong with a value: where it stands, and what was expected there and found. */
export interface Complaint {
  path: TomlPath;
  message: string;
}

type Issue = z.core.$ZodIssue;

const MAX_SHOWN = 60;
const MAX_NAMES = 24;
const TYPES: Record<string, string> = {
  string: "a string",
  number: "a number",
  int: "a whole number",
  boolean: "true or false",
  object: "a table",
  record: "a table",
  array: "a list",
  date: "a date",
};

/** What a schema finds wrong with a value, in words; `isSecret` tells of which keys the values are not repeated. */
export function complaintsOf(
  issues: readonly Issue[],
  value: unknown,
  schema: z.core.$ZodType,
  isSecret: (key: string) => boolean,
): Complaint[] {
  const complaints: Complaint[] = [];
  const add = (path: TomlPath, expected: string, found: string) => {
    // Of a value that breaks several rules the first is enough.
    if (complaints.some((other) => samePath(other.path, path))) return;
    complaints.push({ path, message: `${expected}, found ${found}` });
  };
  for (const issue of issues.flatMap(flat)) {
    if (issue.code === "custom" && issue.params?.whole) {
      complaints.push({ path: issue.path, message: issue.message });
      continue;
    }
    if (issue.code !== "unrecognized_keys") {
      add(issue.path, expectation(issue), foundAt(value, issue.path, isSecret));
      continue;
    }
    const known = keysAt(schema, issue.path);
    for (const key of issue.keys) add([...issue.path, key], knownKey(key, known), shown(key));
  }
  return complaints;
}

/** Of a choice, the complaints of the alternative that was meant: the one that looked further into the value. */
function flat(issue: Issue): Issue[] {
  if (issue.code === "invalid_key") {
    return issue.issues.map((inner) => ({ ...inner, path: issue.path } as Issue));
  }
  if (issue.code !== "invalid_union") return [issue];
  const inner = issue.errors.map((errors) => errors.flatMap(flat));
  const deep = inner.filter((errors) => errors.some(isDeep));
  if (deep.length === 0) return [issue];
  return deep[0].map((one) => ({ ...one, path: [...issue.path, ...one.path] } as Issue));
}

function isDeep({ path, code, message }: Issue): boolean {
  return path.length > 0 || code === "unrecognized_keys" || message.startsWith("expected ");
}

function expectation(issue: Issue): string {
  if (issue.message.startsWith("expected ")) return issue.message;
  switch (issue.code) {
    case "invalid_type":
      return `expected ${TYPES[issue.expected] ?? issue.expected}`;
    case "invalid_value":
      return `expected ${oneOf(issue.values.map((value) => shown(value)))}`;
    case "too_small":
      return bound("least", issue.origin, Number(issue.minimum), issue.inclusive ?? true);
    case "too_big":
      return bound("most", issue.origin, Number(issue.maximum), issue.inclusive ?? true);
    case "invalid_union": {
      const options = "options" in issue ? issue.options as unknown[] : null;
      if (options) return `expected ${oneOf(options.map((option) => shown(option)))}`;
      const each = issue.errors.flatMap((errors) => errors.slice(0, 1).map(expectation));
      return [...new Set(each)].join(" or ").replaceAll(" or expected ", " or ");
    }
    default:
      return `expected another value (${issue.message})`;
  }
}

function bound(side: "least" | "most", origin: string, limit: number, inclusive: boolean): string {
  const [one, many] =
    { string: [" character", " characters"], array: [" entry", " entries"] }[origin] ??
      ["", ""];
  const unit = limit === 1 ? one : many;
  if (inclusive) return `expected at ${side} ${limit}${unit}`;
  return `expected ${side === "least" ? "more" : "less"} than ${limit}${unit}`;
}

function oneOf(words: string[]): string {
  if (words.length === 1) return words[0];
  const more = words.length > MAX_NAMES ? ", …" : "";
  return `one of ${words.slice(0, MAX_NAMES).join(", ")}${more}`;
}

function knownKey(key: string, known: readonly string[]): string {
  const near = nearest(key, known);
  if (near !== null) return `expected a known key, perhaps ${near}`;
  return known.length === 0 ? "expected no such key" : `expected ${oneOf([...known].toSorted())}`;
}

/** The word that was probably meant, or null. */
export function nearest(word: string, words: readonly string[]): string | null {
  const ranked = words.map((other) => ({ other, distance: distance(word, other) }))
    .sort((a, b) => a.distance - b.distance);
  const [best] = ranked;
  if (!best) return null;
  // Two neighbours that changed places are two changes.
  const tolerated = best.other.length < 4 ? 1 : Math.max(2, best.other.length / 3);
  return best.distance <= tolerated ? best.other : null;
}

/** Levenshtein's distance, of words that are not far too long. */
function distance(a: string, b: string): number {
  if (a.length > MAX_SHOWN || b.length > MAX_SHOWN) return Infinity;
  let row = Array.from({ length: b.length + 1 }, (_, i) => i);
  for (let i = 1; i <= a.length; i++) {
    const next = [i];
    for (let j = 1; j <= b.length; j++) {
      const change = row[j - 1] + Number(a[i - 1] !== b[j - 1]);
      next.push(Math.min(row[j] + 1, next[j - 1] + 1, change));
    }
    row = next;
  }
  return row[b.length];
}

/** What of a zod schema is looked at to learn its keys. */
interface Definition {
  shape?: Record<string, z.core.$ZodType>;
  element?: z.core.$ZodType;
  innerType?: z.core.$ZodType;
  in?: z.core.$ZodType;
  valueType?: z.core.$ZodType;
  options?: z.core.$ZodType[];
}

/** The keys that a schema knows at a path. */
function keysAt(schema: z.core.$ZodType, path: TomlPath): string[] {
  const def = schema._zod.def as Definition;
  const inner = def.innerType ?? def.in;
  if (inner) return keysAt(inner, path);
  if (def.options) return [...new Set(def.options.flatMap((option) => keysAt(option, path)))];
  const [key, ...rest] = path;
  if (path.length === 0) return Object.keys(def.shape ?? {});
  const next = def.element ?? def.valueType ?? def.shape?.[String(key)];
  return next ? keysAt(next, rest) : [];
}

function foundAt(value: unknown, path: TomlPath, isSecret: (key: string) => boolean): string {
  let found = value;
  for (const part of path) {
    found = typeof found === "object" && found !== null && Object.hasOwn(found, part)
      ? (found as Record<PropertyKey, unknown>)[part]
      : undefined;
  }
  const secret = path.some((part) => typeof part === "string" && isSecret(part));
  return secret && found !== undefined ? `${kindOf(found)} that is not shown` : shown(found);
}

function shown(value: unknown): string {
  if (value === undefined) return "nothing";
  if (typeof value === "string") {
    const text = JSON.stringify(value);
    return text.length <= MAX_SHOWN ? text : `${text.slice(0, MAX_SHOWN)}…`;
  }
  if (typeof value === "number" || typeof value === "boolean") return String(value);
  return value instanceof Date ? value.toISOString() : kindOf(value);
}

function kindOf(value: unknown): string {
  if (Array.isArray(value)) return "a list";
  const type = typeof value;
  return type === "object" ? "a table" : type === "boolean" ? "a boolean" : `a ${type}`;
}

function samePath(a: TomlPath, b: TomlPath): boolean {
  return a.length === b.length && a.every((part, at) => part === b[at]);
}
