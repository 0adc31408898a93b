/** Which rows of a table are shown, and what of them is marked. Pure. */
import { fold } from "./fold.ts";
import { Pattern, type Span } from "./pattern/match.ts";
import { PatternError, type PatternProblem } from "./pattern/parse.ts";

/** The longest filter that is taken. */
export const MAX_FILTER = 200;
/** No more is searched of a text, nor marked in it. */
const MAX_TEXT = 1_000;
const MAX_MARKS = 50;

/** A filter that can be used. */
export interface Filter {
  /** True if it leaves everything. */
  readonly isEmpty: boolean;
  /** Whether a row with these texts is shown. */
  matches(texts: readonly string[]): boolean;
  /** What to mark in a text: in order, without overlaps. */
  marks(text: string): readonly Span[];
}

/** A filter, or why an expression is none. */
export type FilterResult = { filter: Filter } | { problem: PatternProblem };

/** Words that all have to occur in one text or another, whatever the case; or a regular expression in one text. */
export function createFilter(text: string, isPattern: boolean): FilterResult {
  const source = text.slice(0, MAX_FILTER);
  if (source.trim() === "") return { filter: EVERYTHING };
  if (!isPattern) return { filter: wordFilter(source) };
  try {
    return { filter: patternFilter(new Pattern(source)) };
  } catch (error) {
    if (error instanceof PatternError) return { problem: error.problem };
    throw error;
  }
}

/** What leaves everything. */
export const EVERYTHING: Filter = { isEmpty: true, matches: () => true, marks: () => [] };

function wordFilter(source: string): Filter {
  const words = fold(source).split(/\s+/).filter((word) => word !== "");
  return {
    isEmpty: false,
    matches(texts) {
      const folded = texts.map((text) => fold(text.slice(0, MAX_TEXT)));
      return words.every((word) => folded.some((text) => text.includes(word)));
    },
    marks: (text) =>
      union(words.flatMap((word) => occurrences(fold(text.slice(0, MAX_TEXT)), word))),
  };
}

function patternFilter(pattern: Pattern): Filter {
  return {
    isEmpty: false,
    matches: (texts) => texts.some((text) => pattern.test(fold(text.slice(0, MAX_TEXT)))),
    marks: (text) => pattern.spans(fold(text.slice(0, MAX_TEXT)), MAX_MARKS),
  };
}

function occurrences(text: string, word: string): Span[] {
  const spans: Span[] = [];
  let at = text.indexOf(word);
  while (at !== -1 && spans.length < MAX_MARKS) {
    spans.push([at, at + word.length]);
    at = text.indexOf(word, at + word.length);
  }
  return spans;
}

/** The spans in order, those that touch made one. */
function union(spans: Span[]): Span[] {
  const sorted = [...spans].sort((a, b) => a[0] - b[0] || a[1] - b[1]);
  const joined: [number, number][] = [];
  for (const [from, to] of sorted) {
    const last = joined.at(-1);
    if (last && from <= last[1]) last[1] = Math.max(last[1], to);
    else joined.push([from, to]);
  }
  return joined;
}
