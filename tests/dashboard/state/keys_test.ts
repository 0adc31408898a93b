import { strict as assert } from "node:assert";
import { Keys } from "../../../dashboard/state/keys.ts";

/** Keys with bindings that note what they did. */
function noting(...all: string[]) {
  const keys = new Keys();
  const done: string[] = [];
  const remove = all.map((name) =>
    keys.add({ keys: name, description: name, run: () => done.push(name) })
  );
  return { keys, done, remove };
}

Deno.test("Keys does what one key means, and leaves the others alone", () => {
  const { keys, done } = noting("/", "p");
  assert.equal(keys.press("p", 0), true);
  assert.equal(keys.press("x", 1), false);
  assert.deepEqual(done, ["p"]);
});

Deno.test("Keys waits for the second of two keys", () => {
  const { keys, done } = noting("g f", "g c", "f");
  assert.equal(keys.press("g", 0), true);
  assert.deepEqual(done, []);
  keys.press("f", 900);
  keys.press("f", 1000);
  assert.deepEqual(done, ["g f", "f"]);
});

Deno.test("Keys takes a key after a beginning that it does not continue for itself", () => {
  const { keys, done } = noting("g f", "/");
  keys.press("g", 0);
  assert.equal(keys.press("/", 100), true);
  keys.press("g", 200);
  keys.press("g", 300);
  keys.press("f", 400);
  assert.deepEqual(done, ["/", "g f"]);
});

Deno.test("Keys forgets a beginning that nothing follows", () => {
  const { keys, done } = noting("g f", "f");
  keys.press("g", 0);
  keys.press("f", 1501);
  assert.deepEqual(done, ["f"]);
});

Deno.test("Keys lets the latest binding win, and the one before come back", () => {
  const { keys, done, remove } = noting("/");
  const inner = keys.add({ keys: "/", description: "inner", run: () => done.push("inner") });
  keys.press("/", 0);
  inner();
  keys.press("/", 1);
  assert.deepEqual(done, ["inner", "/"]);
  assert.deepEqual(keys.bindings.value.map(({ keys }) => keys), ["/"]);
  remove[0]();
  assert.equal(keys.press("/", 2), false);
});
