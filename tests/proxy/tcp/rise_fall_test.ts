import { strict as assert } from "node:assert";
import fc from "fast-check";
import { Health } from "../../../proxy/tcp/rise_fall.ts";

// + is a check that passed, - one that failed; behind it U or D for what the backend is then.
const table: [title: string, rise: number, fall: number, story: string][] = [
  ["the first failure decides", 2, 3, "-D"],
  ["the first success too", 2, 3, "+U-U-U-D"],
  ["failures in a row take it down", 2, 3, "+U-U-U-D-D"],
  ["a success between them begins anew", 2, 3, "+U-U-U+U-U-U-D"],
  ["successes in a row bring it up", 2, 3, "-D+D+U-U-U-D"],
  ["a failure between them begins anew", 3, 1, "-D+D+D-D+D+D+U"],
  ["one of each is enough if so asked", 1, 1, "-D+U-D+U"],
];
for (const [title, rise, fall, story] of table) {
  Deno.test(`Health counts so that ${title}`, () => {
    const health = new Health(rise, fall);
    assert.equal(health.up, true);
    const told = [...story.matchAll(/([+-])[UD]/g)]
      .map(([, check]) => check + (health.note(check === "+") ? "U" : "D"));
    assert.equal(told.join(""), story);
  });
}

Deno.test("Health changes only after as many equal results as asked for, whatever came before", () => {
  const count = fc.integer({ min: 1, max: 6 });
  fc.assert(fc.property(count, count, fc.array(fc.boolean()), (rise, fall, results) => {
    const health = new Health(rise, fall);
    health.note(true);
    let run = 0;
    let last: boolean | null = null;
    let up = true;
    for (const ok of results) {
      run = ok === last ? run + 1 : 1;
      last = ok;
      if (ok && run >= rise) up = true;
      if (!ok && run >= fall) up = false;
      assert.equal(health.note(ok), up);
    }
  }));
});
