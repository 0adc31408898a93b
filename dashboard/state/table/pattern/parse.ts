/** Regular expressions as people type them into a search field → a tree. Pure. */
import { classEscape, type Range, readClass } from "./classes.ts";

/** What an expression says. */
export type Node =
  | { type: "chars"; ranges: readonly Range[]; negated: boolean }
  | { type: "any" }
  | { type: "start" | "end" | "boundary" | "inside" }
  | { type: "sequence"; parts: readonly Node[] }
  | { type: "choice"; options: readonly Node[] }
  | { type: "repeat"; node: Node; min: number; max: number };

/** Why an expression is none, in a word of the catalogue. */
export type PatternProblem =
  | "group_open"
  | "group_close"
  | "class_open"
  | "class_range"
  | "nothing_to_repeat"
  | "repeat_range"
  | "escape_end"
  | "unsupported"
  | "too_large";

/** An expression that cannot be used. */
export class PatternError extends Error {
  readonly problem: PatternProblem;

  constructor(problem: PatternProblem) {
    super(`Cannot use the expression: ${problem}`);
    this.problem = problem;
  }
}

/** Groups in groups at most. */
const MAX_DEPTH = 50;
const MAX_REPEAT = 1000;

/** The tree of an expression without a difference of case; throws {@link PatternError}. */
export function parsePattern(source: string): Node {
  const parser = new Parser(source);
  const node = parser.choice(0);
  // What stops a choice at the top is a bracket that nothing opened.
  if (!parser.done) throw new PatternError("group_close");
  return node;
}

class Parser {
  readonly #source: string;
  #at = 0;

  constructor(source: string) {
    this.#source = source;
  }

  get done(): boolean {
    return this.#at >= this.#source.length;
  }

  choice(depth: number): Node {
    if (depth > MAX_DEPTH) throw new PatternError("too_large");
    const options = [this.#sequence(depth)];
    while (this.#take("|")) options.push(this.#sequence(depth));
    return options.length === 1 ? options[0] : { type: "choice", options };
  }

  #sequence(depth: number): Node {
    const parts: Node[] = [];
    while (!this.done && !"|)".includes(this.#source[this.#at])) {
      parts.push(this.#repeated(this.#atom(depth)));
    }
    return parts.length === 1 ? parts[0] : { type: "sequence", parts };
  }

  #take(text: string): boolean {
    if (!this.#source.startsWith(text, this.#at)) return false;
    this.#at += text.length;
    return true;
  }

  #atom(depth: number): Node {
    const c = this.#source[this.#at++];
    switch (c) {
      case "(":
        return this.#group(depth);
      case "[": {
        const { node, next } = readClass(this.#source, this.#at);
        this.#at = next;
        return node;
      }
      case ".":
        return { type: "any" };
      case "^":
        return { type: "start" };
      case "$":
        return { type: "end" };
      case "\\":
        return this.#escape();
      case "*":
      case "+":
      case "?":
        throw new PatternError("nothing_to_repeat");
      default:
        return literal(c);
    }
  }

  #group(depth: number): Node {
    // Nothing is captured, so that both kinds of group are one; what looks around is not understood.
    if (!this.#take("?:") && this.#source[this.#at] === "?") throw new PatternError("unsupported");
    const node = this.choice(depth + 1);
    if (!this.#take(")")) throw new PatternError("group_open");
    return node;
  }

  #escape(): Node {
    if (this.done) throw new PatternError("escape_end");
    const c = this.#source[this.#at++];
    if (c === "b") return { type: "boundary" };
    if (c === "B") return { type: "inside" };
    if (/[1-9kpPuxc]/.test(c)) throw new PatternError("unsupported");
    return classEscape(c) ?? literal(c);
  }

  #repeated(node: Node): Node {
    const bounds = this.#bounds();
    if (!bounds) return node;
    // Which of several matches is taken does not matter for whether there is one.
    this.#take("?");
    if (this.#bounds()) throw new PatternError("nothing_to_repeat");
    return { type: "repeat", node, ...bounds };
  }

  #bounds(): { min: number; max: number } | null {
    if (this.#take("*")) return { min: 0, max: Infinity };
    if (this.#take("+")) return { min: 1, max: Infinity };
    if (this.#take("?")) return { min: 0, max: 1 };
    const found = /^\{(\d{1,6})(?:(,)(\d{1,6})?)?\}/.exec(this.#source.slice(this.#at));
    if (!found) return null;
    this.#at += found[0].length;
    const min = Number(found[1]);
    const max = found[3] !== undefined ? Number(found[3]) : found[2] ? Infinity : min;
    if (max < min) throw new PatternError("repeat_range");
    if (min > MAX_REPEAT || (max !== Infinity && max > MAX_REPEAT)) {
      throw new PatternError("too_large");
    }
    return { min, max };
  }
}

function literal(c: string): Node {
  const code = c.toLowerCase().charCodeAt(0);
  return { type: "chars", ranges: [[code, code]], negated: false };
}
