import fc from "fast-check";
import { strict as assert } from "node:assert";
import {
  hasLabels,
  labelsParts,
  labelsPartSchema,
  labelsText,
  MAX_LABELS,
  parseLabel,
} from "../../../proxy/stats/labels_record.ts";

const right: [text: string, label: [string, string]][] = [
  ["env=prod", ["env", "prod"]],
  ["_a.b-c=x=y", ["_a.b-c", "x=y"]],
  [`${"n".repeat(32)}=${"v".repeat(64)}`, ["n".repeat(32), "v".repeat(64)]],
  ["site=Köln 2 😀", ["site", "Köln 2 😀"]],
  [`e=${"😀".repeat(64)}`, ["e", "😀".repeat(64)]],
  ["constructor=1", ["constructor", "1"]],
];
for (const [text, label] of right) {
  Deno.test(`parseLabel takes ${text}`, () => assert.deepEqual(parseLabel(text), label));
}

const wrong: [text: string, expected: RegExp][] = [
  ["env", /^expected name=value$/],
  ["", /^expected name=value$/],
  ["=x", /^expected a name of 1 to 32 characters/],
  ["1a=x", /^expected a name/],
  ["a b=x", /^expected a name/],
  ["ü=x", /^expected a name/],
  ["__proto__=x", /^expected a name/],
  [`${"n".repeat(33)}=x`, /^expected a name/],
  ["env=", /^expected a value of 1 to 64 printable characters/],
  ["env= x", /^expected a value/],
  ["env=x ", /^expected a value/],
  ["env=a\nb", /^expected a value/],
  ["env=\u202ex", /^expected a value/],
  ["env=\ud800", /^expected a value/],
  [`env=${"v".repeat(65)}`, /^expected a value/],
];
for (const [text, expected] of wrong) {
  Deno.test(`parseLabel refuses ${JSON.stringify(text)}`, () => {
    const said = parseLabel(text);
    assert.ok(typeof said === "string", JSON.stringify(said));
    assert.match(said, expected);
  });
}

const value = fc.string({ unit: "grapheme", minLength: 1, maxLength: 64 })
  .filter((text) => Array.isArray(parseLabel(`a=${text}`)));
const name = fc.stringMatching(/^[A-Za-z_][A-Za-z0-9_.-]{0,31}$/).filter((it) =>
  it !== "__proto__"
);

Deno.test("labelsParts tells every label once, in parts that the contract takes", () => {
  fc.assert(fc.property(
    fc.dictionary(name, value, { maxKeys: MAX_LABELS, noNullPrototype: true }),
    fc.nat(),
    (labels, set) => {
      const parts = labelsParts(set, labels);
      assert.ok(parts.length > 0);
      const told = parts.flatMap((part) => {
        const read = labelsPartSchema.parse(JSON.parse(JSON.stringify(part)));
        assert.deepEqual([read.set, read.of], [set, Object.keys(labels).length]);
        return Object.entries(read.some);
      });
      assert.deepEqual(told, Object.entries(labels));
    },
  ));
});

Deno.test("labelsPartSchema refuses more labels than there may be", () => {
  const some = (n: number) =>
    Object.fromEntries(Array.from({ length: n }, (_, i) => [`l${i}`, "x"]));
  const part = (n: number) => ({ set: 0, of: MAX_LABELS, some: some(n) });
  assert.equal(labelsPartSchema.safeParse(part(MAX_LABELS)).success, true);
  assert.equal(labelsPartSchema.safeParse(part(MAX_LABELS + 1)).success, false);
  assert.equal(labelsPartSchema.safeParse({ ...part(1), of: MAX_LABELS + 1 }).success, false);
  assert.equal(labelsPartSchema.safeParse({ ...part(0), some: { "1": "x" } }).success, false);
});

Deno.test("hasLabels holds where all that are wanted are there", () => {
  const labels = { env: "prod", dc: "fra" };
  assert.equal(hasLabels(labels, {}), true);
  assert.equal(hasLabels(labels, { env: "prod" }), true);
  assert.equal(hasLabels(labels, { env: "prod", dc: "fra" }), true);
  assert.equal(hasLabels(labels, { env: "prod", dc: "ham" }), false);
  assert.equal(hasLabels(labels, { constructor: "prod" }), false);
  assert.equal(labelsText(labels), "env=prod dc=fra");
});
