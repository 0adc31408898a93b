import { z } from "zod";
import { AddressError } from "../net/address.ts";
import { type AccessFlag, CLIENT_FLAGS, parseRule, TARGET_FLAGS } from "./rules.ts";

/** Who may use a proxy, and where to: rules such as `--deny 10.0.0.0/8`, in the order in which they were written. */
export interface AccessOptions {
  clients: string[];
  targets: string[];
}

const FLAGS: readonly string[] = [...CLIENT_FLAGS, ...TARGET_FLAGS];

/** Every new connection may have to ask all of them. */
export const MAX_RULES = 1024;

/** The access flags with their values, as `--deny 10.0.0.0/8,::1`: one list, since their order counts. */
export const accessFlag = z.array(z.string()).transform((values, context) => {
  const access = parseAccess(values);
  if (typeof access !== "string") return access;
  context.addIssue(access);
  return z.NEVER;
});

/** The rules that flags with their values make, or the sentence that says what is wrong with them. */
export function parseAccess(values: readonly string[]): AccessOptions | string {
  const access: AccessOptions = { clients: [], targets: [] };
  for (const value of values) {
    const space = value.indexOf(" ");
    const flag = value.slice(0, space) as AccessFlag;
    if (!FLAGS.includes(flag)) {
      return `Cannot parse ${JSON.stringify(value)}: expected one of ${
        FLAGS.join(", ")
      }, and its value`;
    }
    const list = flag.endsWith("-target") ? access.targets : access.clients;
    for (const entry of value.slice(space + 1).split(",", MAX_RULES + 1)) {
      const problem = problemOf(flag, entry);
      if (problem) return problem;
      list.push(`${flag} ${entry}`);
    }
    if (access.clients.length + access.targets.length > MAX_RULES) {
      return `Cannot use more than ${MAX_RULES} entries of ${FLAGS.join(", ")} together`;
    }
  }
  return access;
}

function problemOf(flag: AccessFlag, entry: string): string | null {
  try {
    parseRule(flag, entry);
    return null;
  } catch (error) {
    if (!(error instanceof AddressError)) throw error;
    return `Cannot parse ${flag} ${JSON.stringify(entry)}: ${error.message}`;
  }
}

/** The sentence that says what is wrong with the rules in this mode, or null. */
export function misplacedRule(mode: string, { targets }: AccessOptions): string | null {
  if (mode !== "tcp" || targets.length === 0) return null;
  const [flag] = targets[0].split(" ", 1);
  return `${flag} is for --mode http and --mode socks5: --mode tcp goes to its --target`;
}
