/**
 * Regular expressions in time that grows with the text and never faster (Thompson, 1968): all the ways
 * that an expression can go are gone side by side. The browser's own take for ever for some, such as
 * `(a+)+$`, and cannot be interrupted; the texts come from strangers.
 */
import { contains, isWord } from "./classes.ts";
import { type Node, parsePattern, PatternError } from "./parse.ts";

type Instruction =
  | { op: "one"; node: Extract<Node, { type: "chars" | "any" }> }
  | { op: "check"; type: "start" | "end" | "boundary" | "inside" }
  | { op: "split"; to: number[] }
  | { op: "match" };

/** More take too long for each character. */
const MAX_PROGRAM = 1_000;

/** From and to, the latter not within. */
export type Span = readonly [from: number, to: number];

/** An expression that is ready to be looked for. */
export class Pattern {
  readonly #program: Instruction[] = [];
  /** The state's index → from where the match would begin, or -1; one for this and one for the next character. */
  #starts: Int32Array;
  #nextStarts: Int32Array;
  #list: number[] = [];
  #nextList: number[] = [];

  /** Without a difference of case. Throws {@link PatternError}. */
  constructor(source: string) {
    this.#emit(parsePattern(source));
    this.#program.push({ op: "match" });
    this.#starts = new Int32Array(this.#program.length).fill(-1);
    this.#nextStarts = new Int32Array(this.#program.length).fill(-1);
  }

  /** Whether it occurs in a text, which has to be folded. */
  test(text: string): boolean {
    return this.#find(text, 0, true) !== null;
  }

  /** Where it occurs in a folded text, at most `max` times: the leftmost, of those the longest. */
  spans(text: string, max: number): Span[] {
    const spans: Span[] = [];
    for (let from = 0; from <= text.length && spans.length < max;) {
      const span = this.#find(text, from, false);
      if (!span) break;
      if (span[1] > span[0]) spans.push(span);
      from = Math.max(span[1], span[0] + 1);
    }
    return spans;
  }

  #emit(node: Node): void {
    switch (node.type) {
      case "chars":
      case "any":
        return this.#push({ op: "one", node });
      case "sequence":
        return node.parts.forEach((part) => this.#emit(part));
      case "choice":
        return this.#emitChoice(node.options);
      case "repeat":
        return this.#emitRepeat(node);
      default:
        return this.#push({ op: "check", type: node.type });
    }
  }

  #push(instruction: Instruction): void {
    if (this.#program.length >= MAX_PROGRAM) throw new PatternError("too_large");
    this.#program.push(instruction);
  }

  #split(...to: number[]): number[] {
    this.#push({ op: "split", to });
    return to;
  }

  #emitChoice(options: readonly Node[]): void {
    const begins = this.#split();
    const ends: number[][] = [];
    for (const option of options) {
      begins.push(this.#program.length);
      this.#emit(option);
      ends.push(this.#split());
    }
    for (const end of ends) end.push(this.#program.length);
  }

  #emitRepeat({ node, min, max }: Extract<Node, { type: "repeat" }>): void {
    for (let i = 0; i < min; i++) this.#emit(node);
    if (max === Infinity) {
      const begin = this.#program.length;
      const exit = this.#split(begin + 1);
      this.#emit(node);
      this.#split(begin);
      exit.push(this.#program.length);
      return;
    }
    const exits: number[][] = [];
    for (let i = min; i < max; i++) {
      exits.push(this.#split(this.#program.length + 1));
      this.#emit(node);
    }
    for (const exit of exits) exit.push(this.#program.length);
  }

  #find(text: string, from: number, any: boolean): Span | null {
    let best: Span | null = null;
    for (let at = from;; at++) {
      // One that begins behind the best so far is not the leftmost.
      if (!best) this.#add(0, at, text, at);
      const { list, starts } = this.#step();
      for (const state of list) {
        const start = starts[state];
        starts[state] = -1;
        if (best && start > best[0]) continue;
        const instruction = this.#program[state];
        if (instruction.op === "match") best = [start, at];
        else if (instruction.op === "one" && at < text.length) {
          if (takes(instruction.node, text.charCodeAt(at))) {
            this.#add(state + 1, start, text, at + 1);
          }
        }
      }
      list.length = 0;
      if (any && best) this.#forget();
      if ((any && best) || at >= text.length || (best && this.#list.length === 0)) return best;
    }
  }

  /** What was gathered for this character, and room to gather for the next. */
  #step(): { list: number[]; starts: Int32Array } {
    const now = { list: this.#list, starts: this.#starts };
    [this.#list, this.#nextList] = [this.#nextList, this.#list];
    [this.#starts, this.#nextStarts] = [this.#nextStarts, this.#starts];
    return now;
  }

  #forget(): void {
    for (const state of this.#list) this.#starts[state] = -1;
    this.#list.length = 0;
  }

  /** Follows all that leads on from a state without taking a character. */
  #add(state: number, start: number, text: string, at: number): void {
    // The list is in the order of the starts, so that the first to come here began leftmost.
    if (this.#starts[state] !== -1) return;
    this.#list.push(state);
    this.#starts[state] = start;
    const instruction = this.#program[state];
    if (instruction.op === "split") {
      for (const to of instruction.to) this.#add(to, start, text, at);
    } else if (instruction.op === "check" && holds(instruction.type, text, at)) {
      this.#add(state + 1, start, text, at);
    }
  }
}

function takes(node: Extract<Node, { type: "chars" | "any" }>, code: number): boolean {
  if (node.type === "any") return code !== 10 && code !== 13 && code !== 0x2028 && code !== 0x2029;
  return contains(node.ranges, code) !== node.negated;
}

function holds(type: "start" | "end" | "boundary" | "inside", text: string, at: number): boolean {
  if (type === "start") return at === 0;
  if (type === "end") return at === text.length;
  const before = at > 0 && isWord(text.charCodeAt(at - 1));
  const after = at < text.length && isWord(text.charCodeAt(at));
  return (before !== after) === (type === "boundary");
}
