/** Sets of characters in a regular expression. Pure. */
import { type Node, PatternError } from "./parse.ts";

/** From and to, both within, as code units. */
export type Range = readonly [from: number, to: number];

type Chars = Extract<Node, { type: "chars" }>;

const DIGIT: Range[] = [[48, 57]];
const WORD: Range[] = [[48, 57], [65, 90], [95, 95], [97, 122]];
const SPACE: Range[] = [
  [9, 13],
  [32, 32],
  [160, 160],
  [0x1680, 0x1680],
  [0x2000, 0x200a],
  [0x2028, 0x2029],
  [0x202f, 0x202f],
  [0x205f, 0x205f],
  [0x3000, 0x3000],
  [0xfeff, 0xfeff],
];

const CONTROLS: Record<string, number> = { n: 10, r: 13, t: 9, v: 11, f: 12, 0: 0 };

/** What `\d`, `\W`, `\n` and the like stand for; null for a character that stands for itself. */
export function classEscape(c: string): Chars | null {
  const ranges = { d: DIGIT, w: WORD, s: SPACE }[c.toLowerCase()];
  if (ranges) return { type: "chars", ranges, negated: c !== c.toLowerCase() };
  const code = CONTROLS[c];
  return code === undefined ? null : { type: "chars", ranges: [[code, code]], negated: false };
}

/** True for a letter, a digit or `_`: what `\b` looks at. */
export function isWord(code: number): boolean {
  return contains(WORD, code);
}

/** Whether a code unit is in one of the ranges. */
export function contains(ranges: readonly Range[], code: number): boolean {
  for (const [from, to] of ranges) if (code >= from && code <= to) return true;
  return false;
}

/** The set whose `[` stands before `at`, and where it ends; throws {@link PatternError}. */
export function readClass(source: string, at: number): { node: Chars; next: number } {
  const negated = source[at] === "^";
  if (negated) at++;
  const ranges: Range[] = [];
  while (source[at] !== "]") {
    const first = readItem(source, at);
    at = first.next;
    // A `-` between two characters makes a range; at the end it is one itself.
    if (source[at] !== "-" || source[at + 1] === "]" || at + 1 >= source.length) {
      ranges.push(...first.ranges);
      continue;
    }
    const last = readItem(source, at + 1);
    at = last.next;
    const [from, to] = [single(first.ranges), single(last.ranges)];
    if (from > to) throw new PatternError("class_range");
    ranges.push([from, to]);
  }
  return { node: { type: "chars", ranges: bothCases(ranges), negated }, next: at + 1 };
}

function readItem(source: string, at: number): { ranges: Range[]; next: number } {
  if (at >= source.length) throw new PatternError("class_open");
  const c = source[at];
  if (c !== "\\") return { ranges: [[c.charCodeAt(0), c.charCodeAt(0)]], next: at + 1 };
  if (at + 1 >= source.length) throw new PatternError("class_open");
  const escaped = source[at + 1];
  const set = classEscape(escaped);
  if (set?.negated || /[pPuxckB1-9]/.test(escaped)) throw new PatternError("unsupported");
  const code = escaped === "b" ? 8 : escaped.charCodeAt(0);
  return { ranges: set ? [...set.ranges] : [[code, code]], next: at + 2 };
}

function single(ranges: Range[]): number {
  if (ranges.length !== 1 || ranges[0][0] !== ranges[0][1]) throw new PatternError("class_range");
  return ranges[0][0];
}

const UPPER: Range = [65, 90];
const CASE = 32;

/** The text is in lower case, so that a range of capitals stands for their small letters too. */
function bothCases(ranges: Range[]): Range[] {
  const small = ranges.flatMap(([from, to]): Range[] => {
    const [low, high] = [Math.max(from, UPPER[0]), Math.min(to, UPPER[1])];
    const capitals: Range[] = low <= high ? [[low + CASE, high + CASE]] : [];
    const other = from === to ? String.fromCharCode(from).toLowerCase() : "";
    return other.length === 1
      ? [...capitals, [other.charCodeAt(0), other.charCodeAt(0)]]
      : capitals;
  });
  return [...ranges, ...small];
}
