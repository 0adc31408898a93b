import { isIpLiteral } from "../net/address.ts";
import { DnsError } from "./error.ts";

/**
 * The addresses of what no server is asked for: literals, and localhost and all below it (RFC 6761,
 * section 6.3); null for other names. Throws DnsError for names that never exist: below `invalid`
 * (RFC 6761, section 6.4) and `onion` (RFC 7686). `name` is in lower case, without a dot at the end.
 */
export function specialAddresses(name: string): string[] | null {
  if (isIpLiteral(name)) return [name];
  switch (name.slice(name.lastIndexOf(".") + 1)) {
    case "localhost":
      return ["127.0.0.1", "::1"];
    case "invalid":
    case "onion":
      throw new DnsError("ENOTFOUND", "names of this kind do not exist in DNS");
  }
  return null;
}
