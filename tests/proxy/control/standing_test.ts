import { strict as assert } from "node:assert";
import type { EngineOrder } from "../../../proxy/control/outcome.ts";
import { joinOutcomes } from "../../../proxy/control/outcome.ts";
import { Standing } from "../../../proxy/control/standing.ts";

Deno.test("Standing has what still holds, and nothing that was taken back", () => {
  let now = 0;
  const standing = new Standing(() => now);
  const orders: EngineOrder[] = [
    { command: "pause_accepting" },
    { command: "order_backend", name: "a:1", order: "disabled" },
    { command: "order_backend", name: "B:1", order: "drained" },
    { command: "block_client", ip: "10.0.0.0/8", seconds: 10 },
    { command: "block_client", ip: "::1", seconds: 5 },
    { command: "set_log_level", level: "debug" },
    { command: "close_connection", id: 1 },
  ];
  for (const order of orders) standing.note(order);
  now = 4000;
  assert.deepEqual(standing.orders(), [
    ...orders.slice(0, 3),
    { command: "block_client", ip: "10.0.0.0/8", seconds: 6 },
    { command: "block_client", ip: "::1", seconds: 1 },
    orders[5],
  ]);
  standing.note({ command: "resume_accepting" });
  standing.note({ command: "order_backend", name: "A:1", order: "enabled" });
  standing.note({ command: "unblock_client", ip: "10.9.9.9/8" });
  now = 5000;
  assert.deepEqual(standing.orders(), [orders[2], orders[5]]);
  standing.keepBackends(["a:1"]);
  assert.deepEqual(standing.orders(), [orders[5]]);
});

Deno.test("joinOutcomes adds counts, and says each thing once", () => {
  assert.deepEqual(joinOutcomes([{ error: "", count: 2 }, { error: "", count: 3, note: "x" }]), {
    error: "",
    note: "x",
    count: 5,
  });
  const error = "there is no backend a:1";
  assert.deepEqual(joinOutcomes([{ error }, { error }, { error: "" }]), { error, note: "" });
});
