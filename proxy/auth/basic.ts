/** The scheme Basic (RFC 7617). Pure. */

/** Who says to be whom. */
export interface BasicCredentials {
  user: Uint8Array;
  password: Uint8Array;
}

/** The credentials of an Authorization field with the scheme Basic; null for any other value. */
export function decodeBasic(value: string): BasicCredentials | null {
  const match = /^basic +([A-Za-z0-9+/_-]+={0,2})$/i.exec(value);
  if (!match) return null;
  let bytes: Uint8Array;
  try {
    bytes = Uint8Array.fromBase64(match[1]);
  } catch {
    return null;
  }
  const colon = bytes.indexOf(58);
  return colon < 0 ? null : { user: bytes.subarray(0, colon), password: bytes.subarray(colon + 1) };
}
