import { strict as assert } from "node:assert";
import fc from "fast-check";
import { glob } from "../../proxy/glob.ts";

Deno.test("glob takes * for anything and the rest for itself, whatever the case", () => {
  const table: [pattern: string, text: string, fits: boolean][] = [
    ["", "", true],
    ["", "a", false],
    ["*", "", true],
    ["*", "anything", true],
    ["example.com:443", "Example.com:443", true],
    ["example.com:443", "example.com:4433", false],
    ["*.example.com:*", "www.example.com:443", true],
    ["*.example.com:*", "example.com:443", false],
    ["a*a", "a", false],
    ["a*a", "aa", true],
    ["a*b*c", "axxbyyc", true],
    ["a*b*c", "acb", false],
    ["*ab*ab*", "abab", true],
    ["*ab*ab*", "aba", false],
    ["a.c", "abc", false],
    ["**", "x", true],
  ];
  for (const [pattern, text, fits] of table) {
    assert.equal(glob(pattern)(text), fits, `${pattern} ${text}`);
  }
});

Deno.test("glob agrees with the regular expression that says the same", () => {
  const part = fc.string({ unit: fc.constantFrom("a", "b", "*"), maxLength: 8 });
  const text = fc.string({ unit: fc.constantFrom("a", "b"), maxLength: 12 });
  fc.assert(fc.property(part, text, (pattern, text) => {
    const expected = new RegExp(`^${pattern.replaceAll("*", ".*")}$`).test(text);
    assert.equal(glob(pattern)(text), expected);
  }));
});
