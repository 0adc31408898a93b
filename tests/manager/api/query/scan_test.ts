import { strict as assert } from "node:assert";
import { scan, Turns } from "../../../../manager/api/query/scan.ts";
import { Registry } from "../../../../manager/registry.ts";
import { connection, report, T0 } from "../../../support/reports.ts";

Deno.test("scan shows each connection once, though they end while it pauses", async () => {
  const registry = new Registry();
  const ids = Array.from({ length: 5_000 }, (_, id) => id);
  registry.apply(report({}, ids.map((id) => connection({ id }))), T0);
  registry.apply(report({ proxy_id: "gone", state: "stopped" }, [connection()]), T0);
  const seen: number[] = [];
  let turns = 0;
  setTimeout(() => {
    turns++;
    registry.apply(report({ seq: 1 }, [connection({ id: 0, state: "closed" })]), T0);
    assert.equal(registry.forget("gone", T0), "forgotten");
  });
  await scan(registry, () => true, (entry, record) => {
    assert.equal(entry.id, "edge-1");
    seen.push(record.id);
    if (seen.length === 300) {
      const pause = performance.now() + 10;
      while (performance.now() < pause);
    }
  });
  assert.equal(turns, 1, "others had their turn");
  assert.deepEqual(seen, ids);
});

Deno.test("Turns runs one at a time, goes on behind a failure, and turns away beyond its bound", async () => {
  const turns = new Turns(3);
  const gate = Promise.withResolvers<void>();
  const log: string[] = [];
  const first = turns.take(async () => {
    log.push("first begins");
    await gate.promise;
    log.push("first ends");
  });
  const second = turns.take(() => Promise.reject(new Error("broken")));
  const third = turns.take(() => Promise.resolve(log.push("third")));
  assert.equal(await turns.take(() => Promise.resolve(1)), null);
  assert.equal(turns.waiting, 3);
  gate.resolve();
  await first;
  await assert.rejects(second, /broken/);
  await third;
  assert.deepEqual(log, ["first begins", "first ends", "third"]);
  assert.equal(await turns.take(() => Promise.resolve(1)), 1);
});

Deno.test("Turns leaves out whoever has gone before its turn", async () => {
  const turns = new Turns(3);
  const gate = Promise.withResolvers<void>();
  let left = false;
  const first = turns.take(() => gate.promise);
  const second = turns.take(() => Promise.reject(new Error("was run")), () => left);
  left = true;
  gate.resolve();
  await first;
  assert.equal(await second, null);
});
