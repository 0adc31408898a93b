import { strict as assert } from "node:assert";
import { boot, connection, limits, report, T0 } from "../support/reports.ts";
import { type FakeSocket, setUpLive } from "../support/viewers.ts";

const SUBSCRIBE = JSON.stringify({ type: "subscribe", proxy_id: "edge-1" });

Deno.test("Topic sends a proxy's limits at first, when they change, and when they are forgotten", () => {
  const { registry, live, join } = setUpLive();
  const told = (seq: number, max_connections: number, overrides = {}) =>
    registry.apply(report({ seq, ...overrides }, [], {}, [], limits({ max_connections })), T0);
  registry.apply(report({ seq: 0 }), T0);
  const [early, late] = [join(), join()];
  const next = (socket: FakeSocket) => {
    live.flush();
    const messages = socket.take().filter((message) => message.type === "connections");
    return messages.map((message) =>
      message.limits === null ? null : message.limits?.max_connections
    );
  };
  live.message(early, SUBSCRIBE);
  assert.deepEqual(next(early), [null]);
  told(1, 10);
  assert.deepEqual(next(early), [10]);
  told(2, 10);
  assert.deepEqual(next(early), [], "they are the same");
  live.message(late, SUBSCRIBE);
  assert.deepEqual(next(late), [10]);
  registry.apply(report({ seq: 3 }, [connection()]), T0);
  assert.deepEqual(next(early), [undefined], "another change does not tell them again");
  registry.apply(report({ boot_id: boot("b"), start_time: T0 / 1000, seq: 0 }), T0);
  assert.equal(next(early).at(-1), null);
});
