import { strict as assert } from "node:assert";
import { createPlainCheck } from "../../../proxy/auth/plain.ts";

const utf8 = (text: string) => new TextEncoder().encode(text);

const cases: [user: string, password: string, ok: boolean][] = [
  ["us\xe9r", "p\u20acss:w\xf6rd", true],
  ["bob", "", false],
  ["bob", "builder", true],
  // Another user's password.
  ["bob", "p\u20acss:w\xf6rd", false],
  ["us\xe9r", "builder", false],
  ["us\xe9r", "p\u20acss:w\xf6rd ", false],
  ["us\xe9r", "p\u20acss", false],
  ["us\xe9r", "", false],
  ["user", "p\u20acss:w\xf6rd", false],
  ["US\xc9R", "p\u20acss:w\xf6rd", false],
  ["", "p\u20acss:w\xf6rd", false],
  ["", "", false],
  ["p\u20acss:w\xf6rd", "us\xe9r", false],
  // The same bytes, parted elsewhere.
  ["us\xe9rp", "\u20acss:w\xf6rd", false],
  ["bobb", "uilder", false],
  // The same text in other code points.
  ["use\u0301r", "p\u20acss:w\xf6rd", false],
  ["us\xe9r", "x".repeat(10_000), false],
];
for (const [user, password, ok] of cases) {
  Deno.test(`createPlainCheck ${ok ? "takes" : "refuses"} ${user}:${password.slice(0, 20)}`, () => {
    const check = createPlainCheck([
      { user: "us\xe9r", password: "p\u20acss:w\xf6rd" },
      { user: "bob", password: "builder" },
    ]);
    assert.equal(check(utf8(user), utf8(password)), ok);
    assert.equal(check(utf8("us\xe9r"), utf8("p\u20acss:w\xf6rd")), true, "afterwards");
  });
}
