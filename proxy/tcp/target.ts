import { type Address, AddressError, formatAddress, parseHostPort } from "../net/address.ts";

/** Where `--mode tcp` relays to: of two targets one of weight 3 gets three times what one of 1 gets. */
export interface Target extends Address {
  weight: number;
}

/** More would not fit into what a manager keeps of a proxy. */
export const MAX_TARGETS = 256;
export const MAX_WEIGHT = 256;

/** Parses `host:port[=weight]`; throws AddressError. */
export function parseTarget(text: string): Target {
  const [, address, digits] = /^([^=]*)(?:=(.*))?$/s.exec(text)!;
  const weight = digits === undefined ? 1 : /^\d{1,3}$/.test(digits) ? Number(digits) : 0;
  if (weight < 1 || weight > MAX_WEIGHT) {
    throw new AddressError(`expected a weight from 1 to ${MAX_WEIGHT} behind the "="`);
  }
  return { ...parseHostPort(address), weight };
}

/** The first target that is named a second time, whatever its weight, or undefined. */
export function repeatedTarget(targets: readonly Target[]): Target | undefined {
  const names = targets.map((target) => formatAddress(target).toLowerCase());
  return targets.find((_, at) => names.indexOf(names[at]) < at);
}
