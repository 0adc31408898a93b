import { z } from "zod";
import type { Credentials } from "./plain.ts";

const MAX_USERS = 1000;

export interface AuthOptions {
  /** Users whose passwords are given as they are. */
  auth: Credentials[];
  /** A file of users and hashes of their passwords. */
  authFile: string | null;
}

/** `user:password`, split at the first colon; at most 255 bytes each (RFC 1929). */
const credentials = z.string().transform((text, context): Credentials => {
  const colon = text.indexOf(":");
  const user = text.slice(0, colon);
  const password = text.slice(colon + 1);
  const fits = (part: string) => part !== "" && new TextEncoder().encode(part).length <= 255;
  if (colon > 0 && fits(user) && fits(password)) return { user, password };
  // The value is a secret, so it is not repeated.
  context.addIssue("Cannot parse --auth: expected user:password, each of 1 to 255 bytes");
  return z.NEVER;
});

export const authFlags = {
  auth: z.union([z.string().transform((text) => [text]), z.array(z.string())]).pipe(
    z.array(credentials).max(MAX_USERS, `Cannot use --auth more than ${MAX_USERS} times`),
  ).optional(),
  authFile: z.string().min(1, 'Cannot use --auth-file "": expected a file').optional(),
};

/** The flags' meaning for a mode, or a sentence that says what is wrong. */
export function authOptions(
  mode: string,
  { auth = [], authFile = null }: Partial<{ auth: Credentials[]; authFile: string | null }>,
): AuthOptions | string {
  const flag = auth.length > 0 ? "--auth" : authFile === null ? null : "--auth-file";
  if (mode === "tcp" && flag) {
    return `${flag} is for --mode http and --mode socks5, not for --mode tcp`;
  }
  if (new Set(auth.map(({ user }) => user)).size < auth.length) {
    return "Cannot use --auth twice for one user: expected each user once";
  }
  return { auth, authFile };
}
