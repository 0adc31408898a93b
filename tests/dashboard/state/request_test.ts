import { strict as assert } from "node:assert";
import {
  noRequest,
  reduceRequest,
  type Request,
  type RequestAction,
} from "../../../dashboard/state/request.ts";

const failure = { code: "history_busy", message: "later" };
const after = (...actions: RequestAction<number>[]): Request<number> =>
  actions.reduce(reduceRequest, noRequest<number>());

Deno.test("reduceRequest keeps an answer until the next one is there", () => {
  const first = after({ type: "ask", key: "a" }, { type: "answer", key: "a", value: 1 });
  assert.deepEqual([first.value, first.asking, first.answered], [1, false, "a"]);
  const next = reduceRequest(first, { type: "ask", key: "b" });
  assert.deepEqual([next.value, next.asking, next.answered], [1, true, "a"]);
});

Deno.test("reduceRequest takes no answer to what is not asked any more", () => {
  const state = after({ type: "ask", key: "a" }, { type: "ask", key: "b" });
  assert.equal(reduceRequest(state, { type: "answer", key: "a", value: 1 }), state);
  assert.equal(reduceRequest(state, { type: "fail", key: "a", failure }), state);
});

Deno.test("reduceRequest says what failed until it is answered, or another thing is asked", () => {
  const failed = after({ type: "ask", key: "a" }, { type: "fail", key: "a", failure });
  assert.deepEqual([failed.failure, failed.asking], [failure, false]);
  const again = reduceRequest(failed, { type: "ask", key: "a" });
  assert.deepEqual([again.failure, again.asking], [failure, true]);
  assert.equal(reduceRequest(again, { type: "answer", key: "a", value: 2 }).failure, null);
  assert.equal(reduceRequest(failed, { type: "ask", key: "b" }).failure, null);
});
