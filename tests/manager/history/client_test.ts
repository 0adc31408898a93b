import { strict as assert } from "node:assert";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { HistoryClient } from "../../../manager/history/client.ts";
import { DataDirError } from "../../../manager/history/data_dir.ts";
import { MAX_PENDING, QueryError } from "../../../manager/history/pending.ts";
import { Registry } from "../../../manager/registry.ts";
import { S0, TempFolder } from "../../support/history.ts";
import { logged, sentBytes, setUpHistory as setUp } from "../../support/history_client.ts";
import { report, T0 } from "../../support/reports.ts";

Deno.test("HistoryClient writes what the registry sees, and what it wrote is there after a restart", async () => {
  using folder = new TempFolder();
  const dir = { path: folder.path };
  {
    await using first = setUp(dir);
    await first.history.start();
    assert.equal(first.history.state.state, "on");
    for (const bytes of [100, 250, 300]) {
      first.second(bytes);
      await first.written();
    }
    assert.equal(await sentBytes(first.history, first.clock.now), 300);
    // Not in a batch yet: the last one is written as it stops.
    first.registry.apply(
      report({ seq: 3, start_time: S0, total_bytes_sent: 333 }),
      first.clock.now,
    );
  }
  await using second = setUp(dir);
  second.clock.now = T0 + 10_000;
  await second.history.start();
  assert.equal(second.registry.get("edge-1")!.totals.total_bytes_sent, 333);
  assert.equal(await sentBytes(second.history, second.clock.now), 333);
  assert.equal(await logged(second.history), 3);
  const kinds = (await second.history.query("events", { since: 0, limit: 9 })).map(({ kind }) =>
    kind
  );
  assert.deepEqual(kinds, ["manager_started", "proxy_appeared"]);
});

Deno.test("HistoryClient without options is off, says so, and knows the newest events", async () => {
  const clock = { now: T0 };
  const registry = new Registry();
  const history = new HistoryClient(null, { registry, now: () => clock.now, maxProxies: 100 });
  await history.start();
  registry.apply(report(), T0);
  history.tick();
  assert.deepEqual([history.state.state, history.state.reason], ["off", "--no-history"]);
  await assert.rejects(sentBytes(history, T0), (error) => {
    assert.ok(error instanceof QueryError);
    assert.equal(error.code, "history_off");
    return true;
  });
  const kinds = history.recentEvents({ since: null, limit: 9 }).map(({ kind }) => kind);
  assert.deepEqual(kinds, ["manager_started", "proxy_appeared"]);
  await history.stop();
});

Deno.test("HistoryClient refuses at the start a directory that was asked for and cannot be used", async () => {
  using folder = new TempFolder();
  const file = join(folder.path, "file");
  Deno.writeTextFileSync(file, "");
  const it = setUp({ path: file });
  await assert.rejects(it.history.start(), (error) => {
    assert.ok(error instanceof DataDirError);
    assert.match(error.message, /^Cannot use the data directory .*file: it is not a directory$/);
    return true;
  });
  await it.history.stop();
});

Deno.test("HistoryClient leaves a directory to the manager that uses it", async () => {
  using folder = new TempFolder();
  await using first = setUp({ path: folder.path });
  await first.history.start();
  const second = setUp({ path: folder.path });
  await assert.rejects(second.history.start(), {
    name: "DataDirError",
    message: `Cannot use the data directory ${folder.path}: another manager uses it`,
  });
  await second.history.stop();
  first.second(100);
  await first.written();
  assert.equal(await sentBytes(first.history, first.clock.now), 100);
});

Deno.test("HistoryClient bounds the questions that wait", async () => {
  await using it = setUp("memory");
  await it.history.start();
  const asked = Array.from({ length: MAX_PENDING + 5 }, () => logged(it.history));
  const results = await Promise.allSettled(asked);
  const refused = results.filter(({ status }) => status === "rejected");
  assert.equal(refused.length, 5);
  for (const each of refused) {
    assert.equal((each as PromiseRejectedResult).reason.code, "history_busy");
  }
  assert.equal(await logged(it.history), 0);
});

Deno.test("A database of HistoryClient is one that SQLite finds no fault with", async () => {
  using folder = new TempFolder();
  {
    await using it = setUp({ path: folder.path });
    await it.history.start();
    it.second(100, 50);
    await it.written();
  }
  const db = new DatabaseSync(join(folder.path, "history.db"));
  assert.equal(db.prepare("PRAGMA integrity_check").get()!.integrity_check, "ok");
  db.close();
});
