import { strict as assert } from "node:assert";
import { EventRecorder, MAX_RECENT } from "../../../manager/history/event_recorder.ts";
import { T0 } from "../../support/reports.ts";

Deno.test("EventRecorder numbers events upwards, though the clock is set back", () => {
  const events = new EventRecorder();
  events.startBehind((T0 + 5) * 1000);
  for (const now of [T0, T0, T0 + 10, T0 - 1000]) events.add("proxy_online", "a", "", now);
  const ids = events.recent({ since: null, limit: 10 }).map(({ id }) => id);
  assert.ok(ids.every((id, i) => id > (i === 0 ? (T0 + 5) * 1000 : ids[i - 1])), ids.join());
  assert.ok(ids.every(Number.isSafeInteger));
});

Deno.test("EventRecorder hands on what is not written, and holds no more than it may", () => {
  const events = new EventRecorder();
  for (let i = 0; i < 10; i++) events.add("proxy_online", `${i}`, "", T0 + i);
  const ids = events.unwritten().map(({ id }) => id);
  events.written(ids[6]);
  assert.deepEqual(events.unwritten().map(({ proxy_id }) => proxy_id), ["7", "8", "9"]);
  assert.deepEqual(events.recent({ since: ids[3], limit: 2 }).map(({ proxy_id }) => proxy_id), [
    "4",
    "5",
  ]);
  for (let i = 0; i < MAX_RECENT; i++) events.add("proxy_online", "more", "", T0 + 100);
  assert.equal(events.recent({ since: null, limit: 10_000 }).length, MAX_RECENT);
  // Seven of those that had to go were written.
  assert.equal(events.dropped, 3);
});
