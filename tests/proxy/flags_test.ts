import { strict as assert } from "node:assert";
import fc from "fast-check";
import { countFlag } from "../../proxy/flags.ts";

Deno.test("countFlag takes exactly the whole numbers between its bounds", () => {
  const flag = countFlag("--n", 1, 5000);
  fc.assert(fc.property(fc.integer({ min: -10, max: 10_000 }), (n) => {
    assert.equal(flag.safeParse(String(n)).data, n >= 1 && n <= 5000 ? n : undefined);
  }));
  fc.assert(fc.property(fc.string(), (text) => {
    assert.equal(flag.safeParse(text).success, /^\d+$/.test(text) && +text >= 1 && +text <= 5000);
  }));
});
