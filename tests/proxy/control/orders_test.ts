import { strict as assert } from "node:assert";
import type { Command } from "../../../proxy/control/commands.ts";
import {
  MAX_REMEMBERED,
  MAX_RUNNING,
  Orders,
  REMEMBERED_MS,
} from "../../../proxy/control/orders.ts";

const DRAIN = { command: "drain" };
const DONE = { ok: true, detail: "done" };

function setUp(execute = (_: Command) => Promise.resolve(DONE)) {
  const clock = { ms: 0 };
  const told: Command[] = [];
  const orders = new Orders(
    (command) => {
      told.push(command);
      return execute(command);
    },
    ["drain", "resume"],
    () => clock.ms,
  );
  return { clock, told, orders };
}

Deno.test("Orders does what comes again once, while it remembers it", async () => {
  const { clock, told, orders } = setUp();
  const first = await orders.take("a", DRAIN);
  assert.deepEqual(first, { type: "result", id: "a", result: DONE });
  clock.ms = REMEMBERED_MS - 1;
  assert.deepEqual(await orders.take("a", DRAIN), first);
  assert.equal(told.length, 1);
  clock.ms = REMEMBERED_MS;
  await orders.take("a", DRAIN);
  assert.equal(told.length, 2, "a command of ten minutes ago is forgotten");
});

Deno.test("Orders joins a repeat with what is under way, and answers with what it threw", async () => {
  const { promise, reject } = Promise.withResolvers<typeof DONE>();
  const { told, orders } = setUp(() => promise);
  const answers = Promise.all([orders.take("a", DRAIN), orders.take("a", DRAIN)]);
  reject(new Error("no such thing"));
  for (const { result, refused } of await answers) {
    assert.deepEqual(result, { ok: false, detail: "it failed: Error: no such thing" });
    assert.equal(refused, undefined);
  }
  assert.equal(told.length, 1);
});

Deno.test("Orders refuses too many at a time, and too many in a short time, and remembers no refusal", async () => {
  const held = Promise.withResolvers<typeof DONE>();
  const busy = setUp(() => held.promise);
  const running = Array.from({ length: MAX_RUNNING }, (_, i) => busy.orders.take(`a${i}`, DRAIN));
  assert.equal((await busy.orders.take("more", DRAIN)).refused, true);
  held.resolve(DONE);
  await Promise.all(running);
  assert.equal((await busy.orders.take("more", DRAIN)).refused, undefined);
  const full = setUp();
  for (let i = 0; i < MAX_REMEMBERED; i++) await full.orders.take(`b${i}`, DRAIN);
  assert.equal((await full.orders.take("more", DRAIN)).refused, true);
  full.clock.ms = REMEMBERED_MS;
  assert.equal((await full.orders.take("more", DRAIN)).refused, undefined);
});
