import { strict as assert } from "node:assert";
import { z } from "zod";
import { readToml } from "../../../proxy/toml/read.ts";

const schema = z.strictObject({
  count: z.number().min(1).max(5).optional(),
  whole: z.int().optional(),
  word: z.enum(["apple", "pear"]).optional(),
  text: z.string().min(2).max(4).optional(),
  either: z.union([z.string().regex(/^\d+s$/, "expected seconds such as 30s"), z.number()])
    .optional(),
  flag: z.boolean().optional(),
  secret: z.string().regex(/^s/, "expected an s").optional(),
  moment: z.date().optional(),
  rule: z.array(z.strictObject({ name: z.string(), threshold: z.number().optional() })).max(2)
    .default([]),
  shape: z.discriminatedUnion("mode", [
    z.strictObject({ mode: z.literal("tcp"), target: z.string() }),
    z.strictObject({ mode: z.literal("http") }),
  ]).optional(),
  names: z.record(z.string().max(3), z.number()).optional(),
  from: z.number().default(0),
  to: z.number().default(1),
}).refine(({ from, to }) => from <= to, { path: ["to"], message: "expected at least `from`" });

function problems(text: string): string[] {
  const result = readToml(text, { file: "a.toml", schema, secrets: ["secret"] });
  return "problems" in result ? result.problems : [];
}

Deno.test("readToml says of each value where it stands, what was expected and what was found", () => {
  const table: [text: string, ...problems: string[]][] = [
    ["count = 7", "a.toml:1: count: expected at most 5, found 7"],
    ["\ncount = 0.5", "a.toml:2: count: expected at least 1, found 0.5"],
    ["count = nan", "a.toml:1: count: expected a number, found NaN"],
    ['count = "7"', 'a.toml:1: count: expected a number, found "7"'],
    ["whole = 1.5", "a.toml:1: whole: expected a whole number, found 1.5"],
    ['word = "plum"', 'a.toml:1: word: expected one of "apple", "pear", found "plum"'],
    ['text = "x"', 'a.toml:1: text: expected at least 2 characters, found "x"'],
    ["text = []", "a.toml:1: text: expected a string, found a list"],
    ["text = {}", "a.toml:1: text: expected a string, found a table"],
    [
      "text = 2026-11-23T10:00:00Z",
      "a.toml:1: text: expected a string, found 2026-11-23T10:00:00.000Z",
    ],
    ["moment = 1", "a.toml:1: moment: expected a date, found 1"],
    ["either = true", "a.toml:1: either: expected a string or a number, found true"],
    ['either = "soon"', 'a.toml:1: either: expected seconds such as 30s, found "soon"'],
    ["flag = 1", "a.toml:1: flag: expected true or false, found 1"],
    ['secret = "hunter2"', "a.toml:1: secret: expected an s, found a string that is not shown"],
    ["secret = 12345", "a.toml:1: secret: expected a string, found a number that is not shown"],
    ["rule = 1", "a.toml:1: rule: expected a list, found 1"],
    ["[[rule]]", "a.toml:1: rule[0].name: expected a string, found nothing"],
    [
      "[[rule]]\nname='a'\n[[rule]]\nname='b'\n[[rule]]\nname='c'",
      "a.toml:1: rule: expected at most 2 entries, found a list",
    ],
    [
      "[[rule]]\nname = 'a'\ntreshold = 3",
      'a.toml:3: rule[0].treshold: expected a known key, perhaps threshold, found "treshold"',
    ],
    [
      "[[rule]]\nname = 'a'\ncolour = 3",
      'a.toml:3: rule[0].colour: expected one of name, threshold, found "colour"',
    ],
    ["wrod = 1", 'a.toml:1: wrod: expected a known key, perhaps word, found "wrod"'],
    ["[shape]\nmode = 'udp'", 'a.toml:2: shape.mode: expected one of "tcp", "http", found "udp"'],
    [
      "[shape]\nmode = 'tcp'\ntargt = 'x'",
      "a.toml:1: shape.target: expected a string, found nothing",
      'a.toml:3: shape.targt: expected a known key, perhaps target, found "targt"',
    ],
    ["[names]\nabcd = 1", "a.toml:2: names.abcd: expected at most 3 characters, found 1"],
    ["to = 1\nfrom = 3", "a.toml:1: to: expected at least `from`, found 1"],
    ['"\\u001b[0m" = 1', 'a.toml:1: "\\u001b[0m": expected one of'],
    [
      "flag = 1\nrule = 2\ncount = 9",
      "a.toml:1: flag: expected true or false, found 1",
      "a.toml:2: rule: expected a list, found 2",
      "a.toml:3: count: expected at most 5, found 9",
    ],
  ];
  for (const [text, ...expected] of table) {
    const found = problems(text);
    assert.equal(found.length, expected.length, `${text}: ${found.join("\n")}`);
    for (const [at, line] of expected.entries()) {
      assert.ok(
        line.endsWith("one of") ? found[at].startsWith(line) : found[at] === line,
        found[at],
      );
    }
  }
});

Deno.test("readToml says where a text is no TOML, and repeats nothing of it", () => {
  const table: [text: string, line: number][] = [
    ["a = 1\nsecret = hunter2", 2],
    ['secret = "hunter2', 1],
    ["[a]\nhunter2", 2],
    ["a = 1\na = 'hunter2'", 2],
    ["secret = 'hunter2'\n[hunter2", 2],
  ];
  for (const [text, line] of table) {
    const [problem, ...more] = problems(text);
    assert.ok(
      problem.startsWith(`a.toml:${line}: expected TOML, found an error at column `),
      problem,
    );
    assert.ok(!problem.includes("hunter2") && !problem.includes("\n"), problem);
    assert.equal(more.length, 0);
  }
});

Deno.test("readToml gives the value as the schema makes it", () => {
  const result = readToml("[[rule]]\nname = 'a'", { file: "a.toml", schema });
  assert.deepEqual(result, { value: { rule: [{ name: "a" }], from: 0, to: 1 } });
});

Deno.test("readToml tells of so many problems and no more, on lines of a bounded length", () => {
  const text = Array.from({ length: 80 }, (_, i) => `${"k".repeat(1_000)}${i} = 1`).join("\n");
  const found = problems(text);
  assert.equal(found.length, 51);
  assert.equal(found[50], "a.toml: and 30 more");
  for (const line of found) assert.ok(line.length < 400, line);
});
