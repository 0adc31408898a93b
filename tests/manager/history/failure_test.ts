import { strict as assert } from "node:assert";
import { join } from "node:path";
import { RETRY_MS } from "../../../manager/history/client.ts";
import { DEFAULT_RETENTION } from "../../../manager/history/options.ts";
import { Store } from "../../../manager/history/store.ts";
import { eventually } from "../../support/eventually.ts";
import { S0, TempFolder } from "../../support/history.ts";
import { logged, sentBytes, setUpHistory as setUp } from "../../support/history_client.ts";
import { report, T0 } from "../../support/reports.ts";

const DYING = new URL("../../support/dying_worker.ts?channel=history%20dies", import.meta.url);

Deno.test("HistoryClient turns off when the disk is full, and on again when there is room", async () => {
  using folder = new TempFolder();
  await using it = setUp({ path: folder.path }, { maxPages: 60 });
  const { history, second, clock, given, is, written } = it;
  await history.start();
  await eventually("the disk is full", () => {
    second(0, 200);
    return history.state.state === "failed";
  });
  assert.equal(history.state.reason, "the disk is full");
  assert.equal(history.state.dropped.batches, 1);
  await assert.rejects(logged(history), {
    code: "history_failed",
    message: "History is off: the disk is full",
  });
  const events = history.recentEvents({ since: null, limit: 99 }).map(({ kind }) => kind);
  assert.ok(events.includes("history_failed"), events.join());
  // The live fleet goes on, and what is not written does not pile up.
  const seldom = { proxy_id: "seldom", interval: 3600, sent_at: clock.now / 1000 };
  it.registry.apply(report({ ...seldom, start_time: S0, total_bytes_sent: 77 }), clock.now);
  second(5000, 200);
  assert.equal(it.registry.get("edge-1")!.totals.total_bytes_sent, 5000);
  assert.equal(history.state.dropped.batches, 1);
  // They travel anew with each attempt.
  given.maxPages = 100_000;
  clock.now += RETRY_MS;
  second(6000);
  await is("on");
  assert.equal(history.state.reason, "");
  second(6100);
  await written();
  // Written before it was full, and since.
  assert.ok(await logged(history) >= 2);
  await history.stop();
  await using later = setUp({ path: folder.path });
  later.clock.now = clock.now + 1000;
  await later.history.start();
  assert.equal(later.registry.get("edge-1")!.totals.total_bytes_sent, 6100);
  // One that reported only while nothing could be written is written all the same.
  assert.equal(later.registry.get("seldom")!.totals.total_bytes_sent, 77);
});

Deno.test("HistoryClient says what is broken, leaves it alone, and starts where it has been taken away", async () => {
  using folder = new TempFolder();
  const path = join(folder.path, "history.db");
  const garbage = crypto.getRandomValues(new Uint8Array(20_000));
  Deno.writeFileSync(path, garbage);
  await using it = setUp({ path: folder.path });
  await it.history.start();
  assert.deepEqual([it.history.state.state, it.history.state.reason], [
    "failed",
    "history.db is not a database",
  ]);
  assert.deepEqual(Deno.readFileSync(path), garbage);
  it.second(100);
  it.clock.now += RETRY_MS;
  it.second(200);
  Deno.renameSync(path, `${path}.broken`);
  await eventually("it is on again", () => {
    it.clock.now += RETRY_MS;
    it.second(300);
    return it.history.state.state === "on";
  });
  it.second(450);
  await it.written();
  await eventually("the events are written", async () => {
    const events = await it.history.query("events", { since: 0, limit: 99 });
    const kinds = events.map(({ kind }) => kind);
    return kinds.includes("history_failed") && kinds.includes("history_on");
  });
});

Deno.test("HistoryClient turns off where a page is damaged, and looks through all before it turns on", async () => {
  using folder = new TempFolder();
  const path = join(folder.path, "history.db");
  {
    await using it = setUp({ path: folder.path });
    await it.history.start();
    for (let i = 1; i <= 5; i++) {
      it.second(i, 1000);
      await it.written();
    }
  }
  const file = Deno.openSync(path, { write: true });
  for (let page = 20; page < 200; page++) {
    file.seekSync(page * 4096, Deno.SeekMode.Start);
    file.writeSync(new Uint8Array(4096).fill(0xaa));
  }
  file.close();
  await using it = setUp({ path: folder.path });
  await it.history.start();
  if (it.history.state.state === "on") await assert.rejects(logged(it.history));
  await it.is("failed");
  assert.equal(it.history.state.reason, "history.db is damaged");
  await it.history.stop();
  const options = { retention: DEFAULT_RETENTION, maxProxies: 100, check: true };
  assert.throws(() => new Store(path, options, T0), /damaged|malformed/);
});

Deno.test("HistoryClient opens what a crash left, with a write-ahead log that is cut off anywhere", async () => {
  using folder = new TempFolder();
  const [path, wal] = ["history.db", "history.db-wal"].map((name) => join(folder.path, name));
  let files: [Uint8Array, Uint8Array];
  {
    await using it = setUp({ path: folder.path });
    await it.history.start();
    for (let i = 1; i <= 20; i++) {
      it.second(100 * i);
      await it.written();
    }
    files = [Deno.readFileSync(path), Deno.readFileSync(wal)];
  }
  assert.ok(files[1].length > 20_000);
  let before = -1;
  for (const share of [0.3, 0.6, 0.9, 1]) {
    Deno.writeFileSync(path, files[0]);
    // In the middle of a frame, as a write that did not finish.
    Deno.writeFileSync(wal, files[1].subarray(0, Math.floor(files[1].length * share)));
    await using it = setUp({ path: folder.path });
    await it.history.start();
    assert.equal(it.history.state.state, "on");
    const bytes = await sentBytes(it.history, T0 + 60_000);
    // Batches up to some point, whole: totals and rows tell the same.
    assert.equal(bytes, it.registry.get("edge-1")?.totals.total_bytes_sent ?? 0);
    assert.equal(bytes % 100, 0);
    assert.ok(bytes > before, `${bytes} after ${before}`);
    before = bytes;
  }
  assert.equal(before, 2000);
});

Deno.test("HistoryClient outlives its thread, and starts another", async () => {
  using folder = new TempFolder();
  await using it = setUp({ path: folder.path }, { worker: DYING });
  await it.history.start();
  it.second(100);
  await it.written();
  using channel = Object.assign(new BroadcastChannel("history dies"), {
    [Symbol.dispose]: () => channel.close(),
  });
  channel.postMessage("");
  await it.is("failed");
  assert.match(it.history.state.reason, /^its thread ended: .*told to die/);
  await assert.rejects(logged(it.history), { code: "history_failed" });
  it.clock.now += RETRY_MS;
  it.second(200);
  await it.is("on");
  it.second(300);
  await it.written();
  assert.equal(await sentBytes(it.history, it.clock.now), 200);
});
