import { strict as assert } from "node:assert";
import { readConfig } from "../../config/read.ts";

/** Whether a proxy may listen at the second address beside one at the first. */
function areApart(first: string, second: string): boolean {
  const proxy = (name: string, listen: string) =>
    `[[proxy]]\nname = "${name}"\nmode = "http"\nlisten = "${listen}"\n`;
  const result = readConfig("a.toml", proxy("a", first) + proxy("b", second), () => undefined);
  if ("value" in result) return true;
  assert.equal(result.problems.length, 1, result.problems.join("\n"));
  assert.match(result.problems[0], /^a\.toml:8: proxy "b" listen: expected an address of its own/);
  return false;
}

const table: [first: string, second: string, apart: boolean][] = [
  ["127.0.0.1:80", "127.0.0.1:80", false],
  ["127.0.0.1:80", "127.0.0.1:81", true],
  ["127.0.0.1:80", "127.0.0.2:80", true],
  [":80", "127.0.0.1:80", false],
  ["127.0.0.1:80", ":80", false],
  [":80", "[::]:80", false],
  ["[::]:80", "127.0.0.1:80", false],
  ["[::1]:80", "[::]:80", false],
  ["[::1]:80", ":80", true],
  [":80", "[::1]:80", true],
  ["[::1]:80", "127.0.0.1:80", true],
  ["LocalHost:80", "localhost:80", false],
  ["127.0.0.1:0", "127.0.0.1:0", true],
];
for (const [first, second, apart] of table) {
  Deno.test(`sharedAddresses lets ${first} and ${second} ${apart ? "be" : "not be"} in one file`, () => {
    assert.equal(areApart(first, second), apart);
  });
}
