import { parse, TomlError } from "smol-toml";
import type { z } from "zod";
import { TomlLines, type TomlPath } from "./lines.ts";
import { complaintsOf } from "./problems.ts";

/** One thing that is wrong with a file, as `FILE:LINE: key: expected …, found …`. */
export type TomlProblem = string;

export interface TomlSpec<T> {
  /** How the file is called in what is said of it. */
  file: string;
  /** What the file may hold; `z.strictObject`s refuse keys that they do not know. */
  schema: z.ZodType<T>;
  /** Keys whose values are not repeated, wherever they stand. */
  secrets?: readonly string[];
  /** Reads what the text holds, where that takes more than the schema; what it is missing or told is in the schema's terms. */
  read?(parsed: unknown): Reading<T>;
  /** How what stands at a path is called; null for as usual, such as `rule[0].name`. */
  nameOf?(path: TomlPath, parsed: unknown): string | null;
}

/** A value, or what is wrong with it; an issue whose `params.whole` is true says all there is to say. */
export type Reading<T> = { success: true; data: T } | {
  success: false;
  error: { issues: readonly z.core.$ZodIssue[] };
};

const MAX_PROBLEMS = 50;

/**
 * A TOML text as its schema has it, or everything that is wrong with it, in the order of its lines. Never throws.
 */
export function readToml<T>(
  text: string,
  spec: TomlSpec<T>,
): { value: T } | { problems: TomlProblem[] } {
  const { file, schema, secrets = [], nameOf } = spec;
  let parsed: unknown;
  try {
    parsed = parse(text);
  } catch (error) {
    return { problems: [syntaxProblem(file, error)] };
  }
  const result: Reading<T> = spec.read ? spec.read(parsed) : schema.safeParse(parsed);
  if (result.success) return { value: result.data };
  const lines = new TomlLines(text);
  const isSecret = (key: string) => secrets.includes(key);
  const found = complaintsOf(result.error.issues, parsed, schema, isSecret)
    .map(({ path, message }) => ({
      line: lines.of(path),
      key: keyText(path, nameOf?.(path, parsed)),
      message,
    }))
    .sort((a, b) => a.line - b.line);
  const problems = found.slice(0, MAX_PROBLEMS)
    .map(({ line, key, message }) => `${file}:${line}: ${key}${message}`);
  const more = found.length - problems.length;
  if (more > 0) problems.push(`${file}: and ${more} more`);
  return { problems };
}

/** Where the text is no TOML; the parser's own excerpt is left out, since it might show a secret. */
function syntaxProblem(file: string, error: unknown): TomlProblem {
  if (!(error instanceof TomlError)) return `${file}:1: expected TOML, found what nobody can read`;
  const [reason] = error.message.replace(/^Invalid TOML document: /, "").split("\n");
  return `${file}:${error.line}: expected TOML, found an error at column ${error.column}: ${reason}`;
}

function keyText(path: TomlPath, name?: string | null): string {
  const text = name ?? path.map((part) => {
    if (typeof part === "number") return `[${part}]`;
    const name = String(part);
    return `.${/^[\w-]{1,64}$/.test(name) ? name : JSON.stringify(name.slice(0, 64))}`;
  }).join("");
  return text === "" ? "" : `${text.replace(/^\./, "")}: `;
}
