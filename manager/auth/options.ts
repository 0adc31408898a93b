import { z } from "zod";
import { isName, isRole, NAME_EXPECTED } from "./name.ts";
import type { Role } from "./principal.ts";
import { TOKEN_PREFIX } from "./tokens.ts";

/** An account whose password is given as it is. */
export interface GivenAccount {
  name: string;
  role: Role;
  password: string;
}

/** Who may use the manager. */
export interface AuthOptions {
  accounts: GivenAccount[];
  /** A file of accounts and hashes of their passwords. */
  authFile: string | null;
  /** A file of bearer tokens. */
  tokenFile: string | null;
}

/** The environment variable that stands for `--auth`. */
export const AUTH_VARIABLE = "RUSTPROXY_AUTH";

const MAX_GIVEN = 1_000;
const MAX_PASSWORD_BYTES = 255;

/** The flags, as they come from the command line; the last is the environment's, which `--auth` goes before. */
export const authFlags = {
  auth: z.union([z.string().transform((text) => [text]), z.array(z.string())]).optional(),
  authFile: z.string().min(1, 'Cannot use --auth-file "": expected a file').optional(),
  tokenFile: z.string().min(1, 'Cannot use --token-file "": expected a file').optional(),
  authEnv: z.string().optional(),
};

export type AuthFlags = z.infer<z.ZodObject<typeof authFlags>>;

/** A manager's accounts, null for none, or the sentence that says what is wrong; it repeats no password. */
export function authOptions(flags: AuthFlags): AuthOptions | null | string {
  const { auth, authFile = null, tokenFile = null, authEnv = "" } = flags;
  // A message that there is no such file would repeat it.
  if (tokenFile?.startsWith(TOKEN_PREFIX)) {
    return "Cannot use --token-file: expected a file that holds the token";
  }
  const name = auth ? "--auth" : AUTH_VARIABLE;
  const texts = auth ?? authEnv.split("\n").map((line) => line.trim()).filter((line) => line);
  if (texts.length > MAX_GIVEN) {
    return `Cannot use ${name} for more than ${MAX_GIVEN} accounts: expected an --auth-file`;
  }
  const accounts: GivenAccount[] = [];
  for (const text of texts) {
    const account = parseAccount(text);
    if (typeof account === "string") return `Cannot parse ${name}: ${account}`;
    if (accounts.some((other) => other.name === account.name)) {
      return `Cannot use ${name} twice for one account: expected each account once`;
    }
    accounts.push(account);
  }
  if (accounts.length > 0 || authFile !== null) return { accounts, authFile, tokenFile };
  if (tokenFile === null) return null;
  return "Cannot use --token-file without accounts: expected --auth or --auth-file too, " +
    "for without them nobody could log in";
}

/**
 * `name:password`, or `viewer=name:password`. The password is all behind the first colon; a name has no equals
 * sign, so what stands before one is a role.
 */
function parseAccount(text: string): GivenAccount | string {
  const [, given = "admin", name, password] = /^(?:([^:=]*)=)?([^:]*):(.*)$/s.exec(text) ?? [];
  // The value holds a secret, so it is not repeated.
  if (name === undefined) return "expected name:password, or viewer=name:password";
  if (!isRole(given)) return "expected the role before the equals sign to be admin or viewer";
  if (!isName(name)) return `expected ${NAME_EXPECTED}`;
  if (password !== "" && new TextEncoder().encode(password).length <= MAX_PASSWORD_BYTES) {
    return { name, role: given, password };
  }
  return `expected a password of 1 to ${MAX_PASSWORD_BYTES} bytes behind the colon`;
}
