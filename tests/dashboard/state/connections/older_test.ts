import { strict as assert } from "node:assert";
import { notLive, olderRows } from "../../../../dashboard/state/connections/older.ts";
import type { LogReply } from "../../../../manager/api/model_history.ts";

type Logged = LogReply["connections"][number];

function logged(overrides: Partial<Logged> = {}): Logged {
  return {
    ...{ proxy_id: "edge-1", id: 1, client_ip: "10.0.0.1", client_port: 5, target: "a:1" },
    ...{ user: "", state: "closed", reason: "client_gone", bytes_sent: 1, bytes_received: 2 },
    ...{ requests: 0, start_time: 1000, end_time: 1010 },
    ...overrides,
  };
}

Deno.test("olderRows are those of the proxy that are not known, and notLive those that the feed does not tell of", () => {
  const page: LogReply = {
    connections: [
      logged(),
      logged({ id: 2 }),
      logged({ id: 2, start_time: 5000 }),
      logged({ id: 3, proxy_id: "edge-10" }),
      logged({ id: 4, target: "\u202Ex" }),
    ],
    next: null,
  };
  const all = olderRows(page, "edge-1", []);
  assert.deepEqual(all.map(({ id }) => id), [1, 2, 2, 4]);
  assert.deepEqual(olderRows(page, null, all).map(({ id }) => id), [3]);
  assert.equal(all[3].shown.target, "‹U+202E›x");
  assert.equal(all[0].last_activity, 1010);
  // The one that began at 5000 is of a later start of the proxy.
  const shown = notLive(all, (_, id) => id === 2 ? all[1] : undefined);
  assert.deepEqual(shown.map(({ id, start_time }) => [id, start_time]), [
    ...[[1, 1000], [2, 5000], [4, 1000]],
  ]);
});
