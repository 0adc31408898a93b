import type { Address } from "../proxy/net/address.ts";
import { formatAddress } from "../proxy/net/address.ts";
import type { TomlPath } from "../proxy/toml/lines.ts";
import type { Part } from "./tables.ts";
import type { Wrong } from "./wording.ts";

/** What listens, and where it is said to. */
interface Listening {
  name: string;
  path: TomlPath;
  part: Part<{ listen: Address }>;
}

/** A complaint for each of them that listens where another one does before it. */
export function sharedAddresses(all: readonly Listening[]): Wrong[] {
  const wrong: Wrong[] = [];
  for (const [at, { path, part }] of all.entries()) {
    if (!part.options) continue;
    const { listen } = part.options;
    const other = all.slice(0, at).find(({ part }) =>
      part.options && isShared(part.options.listen, listen)
    );
    if (!other) continue;
    const entry = part.entries.find(({ key }) => key.attribute === "listen");
    wrong.push({
      path: entry?.path ?? path,
      message: `expected an address of its own, but ${other.name} listens on ` +
        `${formatAddress(other.part.options!.listen)}, found ${formatAddress(listen)}`,
    });
  }
  return wrong;
}

function isShared(a: Address, b: Address): boolean {
  if (a.port !== b.port || a.port === 0) return false;
  return a.host.toLowerCase() === b.host.toLowerCase() || covers(a, b) || covers(b, a);
}

/** `::` is every interface, of IPv4 too; what a name means is not known here. */
function covers({ host }: Address, other: Address): boolean {
  return host === "::" || host === "0.0.0.0" && (other.host === "::" || !other.host.includes(":"));
}
