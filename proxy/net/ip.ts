/** IP addresses as numbers, so that comparing them costs next to nothing. Pure. */

/** An address in words of 32 bits, the first one first: one for IPv4, four for IPv6. */
export type Words = readonly number[];

/** The words of an IP literal without brackets, or null. A zone (`%eth0`) is left out; IPv4 has four decimal parts. */
export function parseIp(text: string): Words | null {
  if (text.includes(":")) return parseIPv6(text);
  const word = parseIPv4(text);
  return word < 0 ? null : [word];
}

/** An IPv4-mapped IPv6 address as plain IPv4 (RFC 4291, section 2.5.5.2); any other unchanged. */
export function unmapped(words: Words): Words {
  const mapped = words.length === 4 && words[0] === 0 && words[1] === 0 && words[2] === 0xffff;
  return mapped ? [words[3]] : words;
}

/** What tells who asks from an address: itself, but of IPv6 its /64, for a subscriber has all of that at least. */
export function subscriber(ip: string): string {
  const words = parseIp(ip);
  return words?.length === 4 ? `${words[0]}:${words[1]}` : ip;
}

/** The address as one number, or -1. */
function parseIPv4(text: string): number {
  let word = 0;
  let dots = 0;
  let part = -1;
  for (let i = 0; i < text.length; i++) {
    const digit = text.charCodeAt(i) - 48;
    if (digit >= 0 && digit <= 9) {
      // To some systems a leading zero means octal, so it has no meaning here.
      if (part === 0) return -1;
      part = part < 0 ? digit : part * 10 + digit;
      if (part > 255) return -1;
    } else {
      if (digit !== -2 || part < 0 || dots === 3) return -1;
      word = word * 256 + part;
      part = -1;
      dots++;
    }
  }
  return dots === 3 && part >= 0 ? word * 256 + part : -1;
}

const GROUP = /^[0-9A-Fa-f]{1,4}$/;

function parseIPv6(text: string): Words | null {
  const [address, zone] = text.split("%", 2);
  if (zone !== undefined && !/^[0-9A-Za-z]+$/.test(text.slice(address.length + 1))) return null;
  const [head, tail, more] = address.split("::", 3);
  if (more !== undefined) return null;
  const front = parseGroups(head, tail === undefined);
  if (tail === undefined) return front?.length === 8 ? joinGroups(front) : null;
  const back = parseGroups(tail, true);
  if (!front || !back || front.length + back.length > 7) return null;
  while (front.length + back.length < 8) front.push(0);
  return joinGroups(front.concat(back));
}

/** Groups of 16 bits with colons between; the last two may be written as IPv4 at the address's `end`. */
function parseGroups(text: string, end: boolean): number[] | null {
  if (text === "") return [];
  const groups: number[] = [];
  const parts = text.split(":", 9);
  for (const [i, part] of parts.entries()) {
    if (GROUP.test(part)) groups.push(parseInt(part, 16));
    else {
      const word = end && i === parts.length - 1 ? parseIPv4(part) : -1;
      if (word < 0) return null;
      groups.push(word >>> 16, word & 0xffff);
    }
  }
  return groups;
}

function joinGroups(groups: readonly number[]): Words {
  const word = (at: number) => groups[at] * 0x10000 + groups[at + 1];
  return [word(0), word(2), word(4), word(6)];
}
