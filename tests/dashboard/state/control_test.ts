import { strict as assert } from "node:assert";
import type { ControlApi, Order } from "../../../dashboard/api/control.ts";
import { Control, hindranceOf, newOrderId, triesOf } from "../../../dashboard/state/control.ts";
import type { OrderReply } from "../../../manager/api/model_control.ts";
import { proxy } from "../support.ts";

type Kind = OrderReply["results"][number]["outcome"];

/** A manager at which each proxy's next outcomes are these, `done` behind them. */
function setUp(outcomes: Record<string, Kind[]> = {}) {
  const orders: Order[] = [];
  let lists = 0;
  const api: ControlApi = {
    list: () => Promise.resolve({ value: { enabled: ++lists > 0, proxies: [] } }),
    give(order) {
      orders.push(order);
      const results = order.proxies.map((proxy_id) => {
        return { proxy_id, outcome: outcomes[proxy_id]?.shift() ?? "done" as const, detail: "" };
      });
      return Promise.resolve({ value: { id: order.id, command: "drain", results } });
    },
  };
  return { control: new Control(api), orders, lists: () => lists };
}

const DRAIN = { command: "drain" } as const;

Deno.test("hindranceOf says why a proxy cannot be told something, the nearest reason first", () => {
  const edge = proxy({ controlled: true });
  const takers = { enabled: true, commands: new Map([["edge-1", ["drain"]]]) };
  const cases = [
    [edge, "drain", true, takers, null],
    [edge, "drain", true, null, null],
    [edge, "drain", false, takers, "read_only"],
    [edge, "drain", true, { ...takers, enabled: false }, "off"],
    [edge, "stop", true, takers, "not_known"],
    [edge, "backend", true, takers, "no_tcp"],
    [proxy(), "drain", true, takers, "not_controlled"],
    [proxy({ status: "offline" }), "drain", true, takers, "silent"],
  ] as const;
  for (const [edge, name, canChange, takers, reason] of cases) {
    assert.equal(hindranceOf(edge, name, canChange, takers), reason);
  }
});

Deno.test("Control tries again under the same id what is not known, under another what failed", async () => {
  const { control, orders } = setUp({ a: ["done"], b: ["timeout"], c: ["failed"], d: ["refused"] });
  const answer = await control.order(DRAIN, ["a", "b", "c", "d"], { timeout: 3 });
  assert.ok("value" in answer);
  control.show(DRAIN, answer.value, 3);
  const again = await control.tryAgain();
  assert.ok("value" in again);
  const [first, second, third] = orders;
  assert.deepEqual(second, { ...first, proxies: ["b", "d"] });
  assert.notEqual(third.id, first.id);
  assert.deepEqual(third, { ...first, id: third.id, proxies: ["c"] });
  const shown = control.outcomes.value!.list.map(({ proxy_id, outcome }) => proxy_id + outcome);
  assert.deepEqual(shown, ["adone", "bdone", "cdone", "ddone"]);
});

Deno.test("triesOf leaves out what was done", () => {
  const row = (proxy_id: string, outcome: Kind) => ({
    proxy_id,
    outcome,
    detail: "",
    orderId: "1",
  });
  const list = [row("a", "done"), row("b", "not_connected"), row("c", "failed")];
  assert.deepEqual([...triesOf(list, () => "2")], [["1", ["b"]], ["2", ["c"]]]);
});

Deno.test("Control says which proxies have yet to answer, and forgets all for who has left", async () => {
  const { control, lists } = setUp();
  const order = control.order(DRAIN, ["a", "b"]);
  const more = control.order(DRAIN, ["a"]);
  assert.deepEqual([...control.pending.value], [["a", 2], ["b", 1]]);
  const [answer] = await Promise.all([order, more]);
  assert.equal(control.pending.value.size, 0);
  assert.ok("value" in answer);
  control.show(DRAIN, answer.value);
  await Promise.all([control.refresh(), control.refresh(), control.refresh()]);
  assert.equal(lists(), 2, "one question at a time");
  assert.equal(control.takers.value?.enabled, true);
  control.clear();
  assert.equal(control.outcomes.value, null);
  assert.equal(control.takers.value, null);
});

Deno.test("newOrderId never gives the same id twice, and one that the manager takes", () => {
  const ids = new Set(Array.from({ length: 1_000 }, newOrderId));
  assert.equal(ids.size, 1_000);
  for (const id of ids) assert.match(id, /^[0-9a-f]{32}$/);
});
