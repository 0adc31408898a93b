import { strict as assert } from "node:assert";
import { Toasts } from "../../../dashboard/state/toasts.ts";

function setUp() {
  const timers: (() => void)[] = [];
  const toasts = new Toasts((run) => timers.push(run));
  return { toasts, timers, texts: () => toasts.list.value.map(({ text }) => text) };
}

Deno.test("Toasts puts away what was done after a while, and what failed by hand only", () => {
  const { toasts, timers, texts } = setUp();
  toasts.done("Silenced");
  toasts.failed("Not sent");
  assert.deepEqual(texts(), ["Silenced", "Not sent"]);
  for (const run of timers) run();
  assert.deepEqual(texts(), ["Not sent"]);
  toasts.dismiss(toasts.list.value[0].id);
  assert.deepEqual(texts(), []);
});

Deno.test("Toasts shows four at once, the newest", () => {
  const { toasts, texts } = setUp();
  for (let i = 1; i <= 6; i++) toasts.failed(String(i));
  assert.deepEqual(texts(), ["3", "4", "5", "6"]);
});
