import { strict as assert } from "node:assert";
import fc from "fast-check";
import { Pattern } from "../../../../../dashboard/state/table/pattern/match.ts";
import {
  PatternError,
  type PatternProblem,
} from "../../../../../dashboard/state/table/pattern/parse.ts";

/** Where the browser's own finds it, the longest of those that begin first. */
function longest(source: string, text: string): [number, number] | null {
  for (let from = 0; from <= text.length; from++) {
    for (let to = text.length; to >= from; to--) {
      const around = new RegExp(
        `(?<=^[^]{${from}})(?:${source})(?=[^]{${text.length - to}}$)`,
        "i",
      );
      const found = around.exec(text);
      if (found && found[0].length === to - from) return [from, to];
    }
  }
  return null;
}

const atom = fc.constantFrom(
  ...[
    "a",
    "b",
    "B",
    "ab",
    "0",
    ".",
    "[ab]",
    "[^a]",
    "[A-C0]",
    "\\d",
    "\\w",
    "\\W",
    "\\s",
    "\\b",
    "\\B",
  ],
  ...["^", "$", "\\.", "-", " ", "[\\d-]", "\\D"],
);
const expression = fc.letrec<{ node: string }>((tie) => ({
  node: fc.oneof(
    { maxDepth: 4, withCrossShrink: true },
    atom,
    fc.tuple(tie("node"), tie("node")).map(([a, b]) => a + b),
    fc.tuple(tie("node"), tie("node")).map(([a, b]) => `(${a}|${b})`),
    fc.tuple(tie("node"), fc.constantFrom("*", "+", "?", "{2}", "{1,2}", "{0,}", "*?"))
      .map(([a, bound]) => `(?:${a})${bound}`),
  ),
})).node;
const text = fc.string({
  unit: fc.constantFrom("a", "b", "c", "0", "-", ".", " ", "_"),
  maxLength: 9,
});

Deno.test("Pattern finds what the browser's own expressions find", () => {
  fc.assert(
    fc.property(expression, text, (source, text) => {
      const pattern = new Pattern(source);
      const own = longest(source, text);
      assert.equal(pattern.test(text), own !== null, `${source} in "${text}"`);
      const [first] = pattern.spans(text, 1);
      if (own !== null && own[1] > own[0]) assert.deepEqual(first, own, `${source} in "${text}"`);
      assert.equal(pattern.test(text), own !== null, "nothing is left of the search before");
    }),
    { numRuns: 2_000 },
  );
});

Deno.test("Pattern finds every place, up to a number of them", () => {
  const table: [source: string, text: string, spans: [number, number][]][] = [
    ["10\\.", "10.0.10.1", [[0, 3], [5, 8]]],
    ["a|ab", "abab", [[0, 2], [2, 4]]],
    ["x*", "aaxxa", [[2, 4]]],
    ["GIT", "github git", [[0, 3], [7, 10]]],
    ["é", "cafÉ".toLowerCase(), [[3, 4]]],
    ["^a", "aa", [[0, 1]]],
  ];
  for (const [source, text, spans] of table) {
    assert.deepEqual(new Pattern(source).spans(text, 50), spans, source);
  }
  assert.equal(new Pattern("a").spans("a".repeat(100), 3).length, 3);
});

Deno.test("Pattern takes time that grows with the text for what takes others for ever", () => {
  const text = "a".repeat(1_000) + "!";
  for (const source of ["(a+)+$", "^(a|a)*$", "(a?){40}a{40}$", ".*.*.*.*.*x", "((a*)*)*b"]) {
    assert.equal(new Pattern(source).test(text), false, source);
  }
});

Deno.test("Pattern says what is wrong with an expression", () => {
  const table: [source: string, problem: PatternProblem][] = [
    ["(a", "group_open"],
    ["a)", "group_close"],
    ["[a", "class_open"],
    ["[\\", "class_open"],
    ["[b-a]", "class_range"],
    ["[\\d-z]", "class_range"],
    ["*", "nothing_to_repeat"],
    ["a**", "nothing_to_repeat"],
    ["a{2,1}", "repeat_range"],
    ["a\\", "escape_end"],
    ["(a)\\1", "unsupported"],
    ["(?=a)", "unsupported"],
    ["(?<n>a)", "unsupported"],
    ["\\p{L}", "unsupported"],
    ["a{5000}", "too_large"],
    ["(a{100}){100}", "too_large"],
    ["(".repeat(60) + ")".repeat(60), "too_large"],
  ];
  for (const [source, problem] of table) {
    assert.throws(
      () => new Pattern(source),
      (error) => error instanceof PatternError && error.problem === problem,
      source,
    );
  }
});
