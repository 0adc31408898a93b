/** Files of accounts and of tokens: `name:role:secret`, a line each. */
import type { FileContent } from "../../proxy/reloaded.ts";
import { isName, isRole, NAME_EXPECTED } from "./name.ts";
import type { Role } from "./principal.ts";

/** Most lines of a file. */
export const MAX_LINES = 10_000;

/** A line: a name, a role and what stands behind. */
export interface Line {
  number: number;
  name: string;
  role: Role;
  secret: string;
}

/** The lines that are neither empty nor comments; throws FileError, which names the line and repeats nothing of it. */
export function readLines({ bytes, error }: FileContent): Line[] {
  const lines: Line[] = [];
  const known = new Set<string>();
  for (const [at, line] of decode(bytes, error).split("\n").entries()) {
    const text = line.trim();
    if (text === "" || text.startsWith("#")) continue;
    const wrong = (what: string) => error(`line ${at + 1}: ${what}`);
    const [, name, role, secret] = /^([^:]*):([^:]*):(.+)$/.exec(text) ?? [];
    if (name === undefined) throw wrong("expected name:role: and a secret behind it");
    if (!isName(name)) throw wrong(`expected ${NAME_EXPECTED}`);
    if (!isRole(role)) throw wrong("expected the role to be admin or viewer");
    if (known.has(name)) throw wrong("the name stands in an earlier line");
    if (lines.length === MAX_LINES) throw error(`expected at most ${MAX_LINES} lines`);
    known.add(name);
    lines.push({ number: at + 1, name, role, secret });
  }
  return lines;
}

function decode(bytes: Uint8Array, error: FileContent["error"]): string {
  try {
    return new TextDecoder("utf-8", { fatal: true }).decode(bytes);
  } catch {
    throw error("expected text in UTF-8");
  }
}
