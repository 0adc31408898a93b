/** Names that the reader gives to addresses and networks. Pure; where they are kept is in label_store.ts. */

/** A network and its name. */
export interface Label {
  /** As it was written: `10.0.0.0/8`, `2001:db8::1`. */
  network: string;
  name: string;
}

export const MAX_LABELS = 200;
const MAX_NAME = 40;

/** Why a line is no label. */
export type LabelProblem = "form" | "network" | "name" | "twice" | "many";

/** The labels of a text with one a line, or the first line that is none, from 1. */
export function parseLabels(
  text: string,
): { labels: Label[] } | { line: number; problem: LabelProblem } {
  const labels: Label[] = [];
  const known = new Set<string>();
  for (const [i, raw] of text.split("\n").entries()) {
    if (raw.trim() === "") continue;
    const fail = (problem: LabelProblem) => ({ line: i + 1, problem });
    const at = raw.indexOf("=");
    if (at === -1) return fail("form");
    const [network, name] = [raw.slice(0, at).trim(), raw.slice(at + 1).trim()];
    const parsed = parseNetwork(network);
    if (!parsed) return fail("network");
    if (name === "" || name.length > MAX_NAME) return fail("name");
    const key = keyOf(parsed.address, parsed.bits);
    if (known.has(key)) return fail("twice");
    if (labels.length === MAX_LABELS) return fail("many");
    known.add(key);
    labels.push({ network, name });
  }
  return { labels };
}

/** The text that {@link parseLabels} reads. */
export function labelsText(labels: readonly Label[]): string {
  return labels.map(({ network, name }) => `${network} = ${name}`).join("\n");
}

/** An address that was looked up is remembered, so that a table may ask for each row. */
const MAX_REMEMBERED = 50_000;

/** Gives the name of an address, by the longest prefix that it has; empty where none fits. */
export function labelFinder(labels: readonly Label[]): (address: string) => string {
  if (labels.length === 0) return () => "";
  const byBits = new Map<number, Map<string, string>>();
  for (const { network, name } of labels) {
    const parsed = parseNetwork(network);
    if (!parsed) continue;
    const names = byBits.get(parsed.bits) ?? new Map<string, string>();
    byBits.set(parsed.bits, names.set(keyOf(parsed.address, parsed.bits), name));
  }
  const longestFirst = [...byBits].sort(([a], [b]) => b - a);
  const remembered = new Map<string, string>();
  return (address) => {
    const known = remembered.get(address);
    if (known !== undefined) return known;
    const groups = parseAddress(address);
    const name = groups === null ? "" : longestFirst
      .map(([bits, names]) => names.get(keyOf(groups, bits)))
      .find((name) => name !== undefined) ?? "";
    if (remembered.size >= MAX_REMEMBERED) remembered.clear();
    remembered.set(address, name);
    return name;
  };
}

/** The address in `1.2.3.4:80` or `[2001:db8::1]:80`; the text itself where it is neither. */
export function hostOf(target: string): string {
  const bracketed = /^\[([^\]]*)\]/.exec(target);
  if (bracketed) return bracketed[1];
  return /^[^:]*:\d+$/.test(target) ? target.slice(0, target.lastIndexOf(":")) : target;
}

/** The eight groups of an IPv6 address (RFC 4291, section 2.2); one of IPv4 as `::ffff:a.b.c.d`; null if it is none. */
export function parseAddress(text: string): number[] | null {
  if (text.length > 45) return null;
  const v4 = parseV4(text);
  if (v4) return [0, 0, 0, 0, 0, 0xffff, ...v4];
  if (!text.includes(":")) return null;
  const halves = text.split("::");
  if (halves.length > 2) return null;
  const [head, tail] = halves.map(parseGroups);
  if (!head || tail === null) return null;
  if (tail === undefined) return head.length === 8 ? head : null;
  const missing = 8 - head.length - tail.length;
  return missing < 1 ? null : [...head, ...Array(missing).fill(0), ...tail];
}

function parseGroups(text: string): number[] | null {
  if (text === "") return [];
  const groups: number[] = [];
  const parts = text.split(":");
  for (const [i, part] of parts.entries()) {
    const v4 = i === parts.length - 1 ? parseV4(part) : null;
    if (v4) groups.push(...v4);
    else if (/^[0-9a-f]{1,4}$/i.test(part)) groups.push(parseInt(part, 16));
    else return null;
  }
  return groups;
}

function parseV4(text: string): [number, number] | null {
  const found = /^(\d{1,3})\.(\d{1,3})\.(\d{1,3})\.(\d{1,3})$/.exec(text);
  const bytes = found?.slice(1).map(Number);
  if (!bytes || bytes.some((byte) => byte > 255)) return null;
  return [bytes[0] * 256 + bytes[1], bytes[2] * 256 + bytes[3]];
}

/** An address, with `/bits` or without; null if it is none. */
export function parseNetwork(text: string): { address: number[]; bits: number } | null {
  const [, host, prefix] = /^([^/]+)(?:\/(\d{1,3}))?$/.exec(text) ?? [];
  const address = host === undefined ? null : parseAddress(host);
  if (!address) return null;
  const isV4 = !host.includes(":");
  const most = isV4 ? 32 : 128;
  const bits = prefix === undefined ? most : Number(prefix);
  if (bits > most) return null;
  return { address, bits: isV4 ? bits + 96 : bits };
}

/** The first bits of an address, as text. */
function keyOf(address: readonly number[], bits: number): string {
  const kept = address.map((group, i) => {
    const left = Math.max(0, Math.min(16, bits - 16 * i));
    return group & (0xffff << (16 - left)) & 0xffff;
  });
  return kept.join(":");
}
