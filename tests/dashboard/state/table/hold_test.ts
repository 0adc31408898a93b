import { strict as assert } from "node:assert";
import { holdView } from "../../../../dashboard/state/table/hold.ts";
import { ViewRunner } from "../../../../dashboard/state/table/runner.ts";
import type { Steps } from "../../../../dashboard/state/table/steps.ts";
import type { View } from "../../../../dashboard/state/table/view.ts";

const view = (rows: string[], overrides: Partial<View<string>> = {}): View<string> => ({
  ...{ rows, groups: null, filtered: 0 },
  ...overrides,
});

Deno.test("holdView keeps every shown row in its place, and puts new ones last", () => {
  const held = holdView(view(["a", "b", "c"]), view(["new", "c", "a"], { filtered: 2 }));
  assert.deepEqual(held, view(["a", "b", "c", "new"], { filtered: 2 }));
  const groups = [{ key: "g", rows: ["a"], sums: new Map() }];
  const grouped = view(["a"], { groups });
  assert.equal(holdView(grouped, view(["b"], { groups: [] })), grouped);
});

Deno.test("holdView lets go of the rows that went once there are too many", () => {
  const many = Array.from({ length: 1_500 }, (_, i) => `row-${i}`);
  const held = holdView(view(many), view(["new", "row-7"]));
  assert.deepEqual(held.rows, ["row-7", "new"]);
});

/** A runner on a clock of the test's, and what it waits for. */
function setUp() {
  const clock = { now: 0 };
  const waits: { at: number; work: () => void }[] = [];
  const slicing = { clock: () => clock.now, later: (work: () => void) => work() };
  const runner = new ViewRunner(slicing, (work, ms) => {
    const wait = { at: clock.now + ms, work };
    waits.push(wait);
    return () => void waits.splice(waits.indexOf(wait), 1);
  });
  const done: string[] = [];
  const ask = (name: string, isNew: boolean) =>
    runner.ask(function* (): Steps<string> {
      yield;
      return name;
    }, (result) =>
      done.push(result), isNew);
  const pass = (ms: number) => {
    clock.now += ms;
    for (const wait of waits.filter(({ at }) => at <= clock.now)) {
      waits.splice(waits.indexOf(wait), 1);
      wait.work();
    }
  };
  return { runner, done, ask, pass };
}

Deno.test("ViewRunner answers a new question at once, and moving rows once a second", () => {
  const { runner, done, ask, pass } = setUp();
  ask("first", true);
  assert.deepEqual(done, ["first"]);
  ask("second", false);
  ask("third", false);
  pass(999);
  assert.deepEqual(done, ["first"]);
  pass(1);
  assert.deepEqual(done, ["first", "third"], "the latest alone");
  ask("fourth", false);
  ask("other", true);
  assert.deepEqual(done, ["first", "third", "other"]);
  pass(5_000);
  assert.equal(done.length, 3, "what was asked before is given up");
  ask("fifth", false);
  runner.stop();
  pass(5_000);
  assert.equal(done.length, 3);
});
