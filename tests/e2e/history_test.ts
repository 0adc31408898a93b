import { strict as assert } from "node:assert";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { freeManagerAddress } from "../support/addresses.ts";
import { eventually } from "../support/eventually.ts";
import { TempFolder } from "../support/history.ts";
import { haveSignals } from "../support/process.ts";
import { runProgram, startProgram } from "../support/program.ts";
import { connection, datagram } from "../support/reports.ts";

interface Stats {
  total_bytes_sent: number;
  ingest: { datagrams: number };
  history: { state: string; reason: string; last_write: number | null };
}

/** A proxy under load: it moves bytes and ends connections all the time, and says so. */
class Load implements Disposable {
  sent = 0;
  readonly #socket = Deno.listenDatagram({ hostname: "127.0.0.1", port: 0, transport: "udp" });
  readonly #start = Date.now() / 1000;
  readonly #timer: ReturnType<typeof setInterval>;
  #seq = 0;
  #ended = false;

  constructor(readonly address: string) {
    this.#timer = setInterval(() => this.#report().catch(() => {}), 20);
  }

  async #report(): Promise<void> {
    const now = Date.now() / 1000;
    const [hostname, port] = this.address.split(":");
    const seq = this.#seq++;
    if (!this.#ended) this.sent += 1000;
    const times = { start_time: now - 0.01, last_activity: now };
    const ended = connection({ id: seq, ...times, bytes_sent: 1000, state: "closed" });
    const records = this.#ended ? [] : [ended];
    const totals = { total_bytes_sent: this.sent, total_connections: seq + 1 };
    const bytes = datagram({ seq, sent_at: now, start_time: this.#start, ...totals }, records);
    const to = { transport: "udp", hostname, port: Number(port) + 1000 } as const;
    await this.#socket.send(bytes, to);
  }

  /** Nothing moves any longer; the proxy goes on to report. */
  stop(): void {
    this.#ended = true;
  }

  [Symbol.dispose](): void {
    clearInterval(this.#timer);
    this.#socket.close();
  }
}

async function get<T>(address: string, path: string): Promise<T> {
  return await (await fetch(`http://${address}/api/${path}`)).json();
}

/** Bytes in a database, and connections, those behind one apart. */
function contents(folder: string, after: number) {
  const db = new DatabaseSync(join(folder, "history.db"));
  const one = (sql: string) => Number(Object.values(db.prepare(sql).get()!)[0] ?? 0);
  const found = {
    integrity: db.prepare("PRAGMA integrity_check").get()!.integrity_check,
    sent: one('SELECT sum(sent) FROM "series_raw" WHERE proxy > 0'),
    fleet: one('SELECT sum(sent) FROM "series_raw" WHERE proxy = 0'),
    first: one("SELECT min(id) FROM log"),
    last: one("SELECT max(id) FROM log"),
    new: one(`SELECT count(*) FROM log WHERE id > ${after}`),
    firstNew: one(`SELECT min(id) FROM log WHERE id > ${after}`),
    writtenMs: one("SELECT value FROM mark WHERE name = 'written_ms'"),
  };
  db.close();
  return found;
}

Deno.test("A manager killed under load loses its last batch at most, and counts on when it is back", async () => {
  using folder = new TempFolder();
  const address = freeManagerAddress();
  using load = new Load(address);
  const args = ["--manager", "--listen", address, "--data-dir", folder.path];
  let before = { sent: 0, last: -1, writtenMs: 0 };
  for (let kill = 1; kill <= 3; kill++) {
    await using manager = startProgram(args);
    const { history } = await eventually("batches have been written", async () => {
      const stats = await get<Stats>(address, "stats");
      const { state, last_write } = stats.history;
      const grown = stats.total_bytes_sent > before.sent + 20_000;
      return state === "on" && grown && last_write! * 1000 > before.writtenMs + 1500 && stats;
    });
    manager.signal("SIGKILL");
    await manager.ended();
    const after = contents(folder.path, before.last);
    assert.equal(after.integrity, "ok");
    // What it said it had written is there, all of it; and the log has no hole before its end.
    assert.ok(
      after.writtenMs / 1000 >= history.last_write!,
      "nothing that was acknowledged is lost",
    );
    assert.equal(after.sent, after.fleet);
    assert.ok(after.sent > before.sent);
    assert.equal(after.new, after.last - after.firstNew + 1);
    before = after;
  }
  {
    await using manager = startProgram(args);
    await eventually("it hears of the proxy again", async () => {
      return (await get<Stats>(address, "stats")).ingest.datagrams > 0;
    });
    load.stop();
    await eventually("it knows all", async () => {
      return (await get<Stats>(address, "stats")).total_bytes_sent === load.sent;
    });
    if (!haveSignals("A manager's end by SIGTERM")) return;
    assert.equal((await manager.terminate()).code, 0);
  }
  // The proxy lived on, and its reports brought what was lost with the batches: nothing is missing
  // but what it had done before the first manager heard of it.
  const { sent, first } = contents(folder.path, before.last);
  assert.equal(sent, load.sent - 1000 * (first + 1));
});

Deno.test("A manager that cannot use the directory it was given says so in a line and exits with 1", async () => {
  using folder = new TempFolder();
  const file = join(folder.path, "file");
  await Deno.writeTextFile(file, "");
  const args = ["--manager", "--listen", "127.0.0.1:0", "--data-dir", file];
  const { code, stderr } = await runProgram(args);
  assert.equal(code, 1);
  assert.equal(stderr, `rustproxy: Cannot use the data directory ${file}: it is not a directory\n`);
});

Deno.test("A manager keeps its history in the user's own directory unless it is told another", async () => {
  using folder = new TempFolder();
  // Each system reads one of them.
  const env = { XDG_STATE_HOME: folder.path, HOME: folder.path, LOCALAPPDATA: folder.path };
  const own = Deno.build.os === "darwin"
    ? join(folder.path, "Library", "Application Support", "rustproxy")
    : join(folder.path, "rustproxy");
  const [one, other] = [freeManagerAddress(), freeManagerAddress()];
  await using _first = startProgram(["--manager", "--listen", one], env);
  await eventually("the first keeps it there", async () => {
    return (await get<Stats>(one, "stats")).history.state === "on" &&
      Deno.statSync(own).isDirectory;
  });
  // A second one there has none, and says so, but works.
  await using second = startProgram(["--manager", "--listen", other], env);
  const { history } = await eventually("the second is up", async () => {
    const stats = await get<Stats>(other, "stats");
    return stats.history.state === "failed" && stats;
  });
  assert.equal(history.reason, "another manager uses it");
  await eventually(
    "its log tells",
    () => /History is off.*another manager uses it/.test(second.stderr),
  );
});
