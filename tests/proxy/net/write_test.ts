import { strict as assert } from "node:assert";
import { writeAll } from "../../../proxy/net/write.ts";

Deno.test("writeAll writes every byte in order, and notes each part that is not the last", async () => {
  const got: number[] = [];
  const noted: number[] = [];
  const activity = { last_activity: 0 };
  const conn = {
    write: (from: Uint8Array) => {
      noted.push(activity.last_activity);
      activity.last_activity = 0;
      const n = Math.min(3, from.length);
      got.push(...from.subarray(0, n));
      return Promise.resolve(n);
    },
  } as unknown as Deno.Conn;
  await writeAll(conn, Uint8Array.of(1, 2, 3, 4, 5, 6, 7), activity);
  assert.deepEqual(got, [1, 2, 3, 4, 5, 6, 7]);
  assert.deepEqual(noted.map((time) => time > 0), [false, true, true]);
  assert.equal(activity.last_activity, 0);
  await writeAll(conn, Uint8Array.of(8, 9, 10, 11));
  assert.equal(got.length, 11);
});
