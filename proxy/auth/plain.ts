import { CredentialDigest } from "./digest.ts";

/** A user name and a password, as `--auth user:password` gives them. */
export interface Credentials {
  user: string;
  password: string;
}

/** Makes a check of the bytes of a user name and a password; what is wrong with them, its time does not tell. */
export function createPlainCheck(
  expected: readonly Credentials[],
): (user: Uint8Array, password: Uint8Array) => boolean {
  const encoder = new TextEncoder();
  const digest = new CredentialDigest();
  const digests = new Set(
    expected.map(({ user, password }) => digest.of(encoder.encode(user), encoder.encode(password))),
  );
  return (user, password) => digests.has(digest.of(user, password));
}
