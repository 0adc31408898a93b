/** Names of accounts and of tokens. Pure. */
import type { Role } from "./principal.ts";

/** What a name has to be, for messages. */
export const NAME_EXPECTED =
  "a name of 1 to 64 characters without spaces, colons and equals signs, other than - and local";

/** Who is nobody, and who needs no account. */
const TAKEN = ["-", "local"];

export function isName(text: string): boolean {
  return /^[^\s\p{C}:=]{1,64}$/u.test(text) && !TAKEN.includes(text);
}

export function isRole(text: string): text is Role {
  return text === "admin" || text === "viewer";
}
