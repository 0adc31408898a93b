import { strict as assert } from "node:assert";
import {
  MAX_GIVEN,
  MAX_ORDERS,
  OrderBook,
  REMEMBERED_MS,
} from "../../../manager/control/order_book.ts";
import { MAX_WAITING, type Outcome, WaitingOrders } from "../../../manager/control/waiting.ts";

const order = (id: string, command = "drain") => ({ id, command: { command } });
const outcome = (outcome: Outcome["outcome"]): Outcome => ({ outcome, detail: "" });

Deno.test("OrderBook gives again what was not tried or not answered, to the same start of the proxy alone", async () => {
  const table: [first: Outcome["outcome"], boots: [string | null, string | null], given: number][] =
    [
      ["done", ["a", "a"], 1],
      ["failed", ["a", "a"], 1],
      ["done", ["a", "b"], 1],
      ["timeout", ["a", "a"], 2],
      ["timeout", ["a", null], 2],
      ["timeout", ["a", "b"], 1],
      ["refused", ["a", "a"], 2],
      ["not_connected", [null, "a"], 2],
    ];
  for (const [first, boots, expected] of table) {
    const book = new OrderBook(() => 0);
    let given = 0;
    for (const boot of boots) {
      assert.equal(book.open(order("x"), 1), null);
      await book.give("x", "edge-1", boot, () => {
        given++;
        return Promise.resolve(outcome(first));
      });
    }
    assert.equal(given, expected, `${first} ${boots}`);
  }
});

Deno.test("OrderBook keeps to its bounds, and forgets after ten minutes", () => {
  const clock = { ms: 0 };
  const book = new OrderBook(() => clock.ms);
  assert.equal(book.open(order("x"), 1), null);
  assert.equal(book.open(order("x", "stop"), 1), "id_taken");
  assert.equal(book.open(order("y"), MAX_GIVEN + 1), "too_many_orders");
  for (let i = 1; i < MAX_ORDERS; i++) assert.equal(book.open(order(`x${i}`), 1), null);
  assert.equal(book.open(order("y"), 1), "too_many_orders");
  assert.equal(book.open(order("x"), 1), null, "a known one needs no more room");
  clock.ms = REMEMBERED_MS;
  assert.equal(book.open(order("y"), 1), null);
  assert.equal(book.open(order("x", "stop"), 1), null);
});

Deno.test("WaitingOrders holds so many orders of a proxy, and settles each once", async () => {
  const waiting = new WaitingOrders();
  const all = Array.from({ length: MAX_WAITING }, (_, i) => {
    return waiting.add("edge-1", "a", order(`x${i}`), 60_000);
  });
  assert.ok(all.every((each) => each !== null));
  assert.equal(waiting.add("edge-1", "a", order("more"), 60_000), null);
  assert.ok(waiting.add("edge-2", "a", order("more"), 60_000));
  const answer = { type: "result", id: "x0", result: { ok: true, detail: "x" } } as const;
  waiting.answer("edge-2", answer);
  waiting.answer("edge-1", answer);
  waiting.answer("edge-1", { ...answer, result: { ok: false, detail: "late" } });
  assert.deepEqual(await all[0], { outcome: "done", detail: "x" });
  assert.equal(waiting.again("edge-1", "a").length, MAX_WAITING - 1);
  assert.deepEqual(waiting.again("edge-1", "b"), []);
  assert.match((await all[1])!.detail, /^the proxy has restarted/);
  waiting.stop();
});
