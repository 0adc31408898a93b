import { createHash, timingSafeEqual } from "node:crypto";

/** A user name and a password, as `--auth user:password` gives them. */
export interface Credentials {
  user: string;
  password: string;
}

/** Makes a check of the bytes of a user name and a password; it takes the same time whatever is wrong. */
export function createCredentialCheck(
  expected: Credentials,
): (user: Uint8Array, password: Uint8Array) => boolean {
  const encoder = new TextEncoder();
  const userDigest = digest(encoder.encode(expected.user));
  const passwordDigest = digest(encoder.encode(expected.password));
  return (user, password) => {
    const userOk = timingSafeEqual(digest(user), userDigest);
    const passwordOk = timingSafeEqual(digest(password), passwordDigest);
    return userOk && passwordOk;
  };
}

/** Of one length, whatever was sent: the comparison then tells nothing of the expected length either. */
function digest(bytes: Uint8Array): Uint8Array {
  return createHash("sha256").update(bytes).digest();
}
