import { strict as assert } from "node:assert";
import { freeManagerAddress } from "../support/addresses.ts";
import { eventually } from "../support/eventually.ts";
import type { Running } from "../support/executable.ts";
import { TempFile } from "../support/htpasswd.ts";
import { runProgram, startProgram } from "../support/program.ts";
import { KEYS } from "../support/sealed.ts";

const WINDOWS = Deno.build.os === "windows";
const [A, B, C] = KEYS;

interface Stats {
  proxies: { proxy_id: string; status: string; loss_percent: number }[];
  ingest: { datagrams: number; dropped: Record<string, number> };
}

/** A manager's API, once it is up. */
function apiOf(address: string) {
  const text = async (path: string) => await (await fetch(`http://${address}${path}`)).text();
  const stats = async (): Promise<Stats> => JSON.parse(await text("/api/stats"));
  return {
    text,
    stats,
    ids: async () => (await stats()).proxies.map(({ proxy_id }) => proxy_id).toSorted(),
    dropped: async () => (await stats()).ingest.dropped,
  };
}

/** Starts a proxy that reports to this manager often. */
function startProxy(
  manager: string,
  id: string,
  flags: string[] = [],
  env: Record<string, string> = {},
): Running {
  const args = ["--mode", "http", "--listen", "127.0.0.1:0", "--manager-addr", manager];
  return startProgram([...args, "--report-interval", "0.1", "--id", id, ...flags], env);
}

/** No key is anywhere in what these have written, nor in what the manager shows. */
async function assertSecret(address: string, programs: Running[]): Promise<void> {
  const { text } = apiOf(address);
  const shown = await Promise.all(
    ["/api/stats", "/api/openapi.json", "/metrics", "/api/proxies"].map(text),
  );
  for (const key of KEYS) {
    const forms = [key, key.slice(0, -1), Uint8Array.fromBase64(key).toHex()];
    forms.push(String(Uint8Array.fromBase64(key)));
    for (const form of forms) {
      for (const { stdout, stderr } of programs) assert.ok(!(stdout + stderr).includes(form));
      for (const page of shown) assert.ok(!page.includes(form));
    }
  }
}

async function endAll(...programs: Running[]): Promise<void> {
  for (const program of programs) {
    const { code, stderr } = await program.terminate();
    if (!WINDOWS) assert.equal(code, 0, stderr);
  }
}

Deno.test("A key made by --print-key joins a proxy and its manager, by flag, environment and file", async () => {
  const made = await runProgram(["--print-key"]);
  assert.equal(made.code, 0);
  assert.equal(made.stderr, "");
  assert.match(made.stdout, /^[A-Za-z0-9+/]{43}=\r?\n$/);
  const key = made.stdout.trim();
  await using file = new TempFile(made.stdout, "key");
  const address = freeManagerAddress();
  const env = { RUSTPROXY_STATS_KEY: key };
  await using manager = startProgram(
    ["--manager", "--no-history", "--listen", address, "--log-level", "debug"],
    env,
  );
  const { ids, dropped } = apiOf(address);
  await using byFlag = startProxy(address, "flag", ["--stats-key", key]);
  await using byEnv = startProxy(address, "env", ["--workers", "2"], env);
  await using byFile = startProxy(address, "file", ["--stats-key-file", file.path]);
  await eventually("all three are shown", async () => (await ids()).length === 3);
  assert.deepEqual(await ids(), ["env", "file", "flag"]);
  assert.deepEqual(await dropped(), {});
  for (const { stderr } of [manager, byFlag, byEnv, byFile]) assert.ok(!stderr.includes(key));
  await endAll(byFlag, byEnv, byFile, manager);
});

Deno.test("A manager with keys shows nothing of reports in clear, of other keys, or of another's name", async () => {
  await using keys = new TempFile(`# the fleet's\n${A}\n\nedge-1 = ${B}\n`, "keys");
  const address = freeManagerAddress();
  const flags = ["--stats-key-file", keys.path, "--log-level", "debug"];
  await using manager = startProgram(["--manager", "--no-history", "--listen", address, ...flags]);
  const { ids, dropped } = apiOf(address);
  await using clear = startProxy(address, "clear");
  await using stranger = startProxy(address, "stranger", ["--stats-key", C]);
  await using thief = startProxy(address, "edge-1", ["--stats-key", A]);
  await using liar = startProxy(address, "edge-2", ["--stats-key", B]);
  await eventually("all are dropped", async () => {
    const { unsealed = 0, unknown_key = 0, wrong_key = 0 } = await dropped();
    return unsealed > 1 && unknown_key > 1 && wrong_key > 3;
  });
  assert.deepEqual(await ids(), []);
  await using right = startProxy(address, "edge-1", ["--stats-key", B]);
  await using other = startProxy(address, "edge-3", ["--stats-key", A]);
  await eventually("those that may are shown", async () => (await ids()).length === 2);
  assert.deepEqual(await ids(), ["edge-1", "edge-3"]);
  const programs = [clear, stranger, thief, liar, right, other, manager];
  await assertSecret(address, programs);
  await endAll(...programs);
});

Deno.test("A manager without a key counts what is sealed, and shows it not", async () => {
  const address = freeManagerAddress();
  await using manager = startProgram(["--manager", "--no-history", "--listen", address]);
  const { ids, dropped } = apiOf(address);
  await using proxy = startProxy(address, "sealed", ["--stats-key", A]);
  await eventually("it is dropped", async () => (await dropped()).no_key > 1);
  assert.deepEqual(await ids(), []);
  assert.ok(!manager.stderr.includes("are taken from everybody"), manager.stderr);
  await endAll(proxy, manager);
});

Deno.test("A key is changed by files, on both sides, without a report lost", async () => {
  await using known = new TempFile(A, "keys");
  await using own = new TempFile(A, "key");
  const address = freeManagerAddress();
  const listen = ["--manager", "--no-history", "--listen", address];
  await using manager = startProgram([...listen, "--stats-key-file", known.path]);
  await using proxy = startProxy(address, "edge", ["--stats-key-file", own.path]);
  const { stats, dropped } = apiOf(address);
  const online = async () => (await stats()).proxies[0]?.status === "online";
  const reads = (program: Running, n: number) =>
    eventually(`the file is read for the ${n}. time`, () => {
      return program.stderr.split("Read again").length === n + 1;
    });
  await eventually("it is shown", online);
  known.replace(`${A}\n${B}\n`);
  await reads(manager, 1);
  own.replace(B);
  await reads(proxy, 1);
  const goesOn = async () => {
    const { datagrams } = (await stats()).ingest;
    await eventually("it goes on", async () => (await stats()).ingest.datagrams > datagrams + 10);
  };
  // What was sealed with the old key has arrived then.
  await goesOn();
  known.replace(B);
  await reads(manager, 2);
  await goesOn();
  assert.ok(await online());
  assert.deepEqual(await dropped(), {});
  assert.equal((await stats()).proxies[0].loss_percent, 0);
  known.replace(`${C}\nhunter2\n`);
  await eventually("it warns", () => manager.stderr.includes("what was read before stays in use"));
  assert.ok(!manager.stderr.includes("hunter2"));
  known.replace(C);
  await reads(manager, 3);
  await eventually("the old key is refused", async () => (await dropped()).unknown_key > 1);
  await assertSecret(address, [manager, proxy]);
  await endAll(proxy, manager);
});

Deno.test("A bad key file ends the start with exit code 1 and one line that does not repeat it", async () => {
  await using file = new TempFile(`${A}\nedge-1 = hunter2\n`, "keys");
  const key = ["--stats-key-file", file.path];
  const manager = ["--manager", "--no-history", "--listen", "127.0.0.1:0", ...key];
  const proxy = [
    "--mode",
    "http",
    "--listen",
    "127.0.0.1:0",
    "--stats-addr",
    "127.0.0.1:9",
    ...key,
  ];
  for (const args of [manager, proxy, [...proxy, "--workers", "2"]]) {
    const { code, stderr } = await runProgram(args);
    assert.equal(code, 1, stderr);
    assert.match(stderr, /^rustproxy: Cannot use --stats-key-file ".*keys": .*\n$/);
    assert.ok(!stderr.includes("hunter2") && !stderr.includes(A), stderr);
  }
});

Deno.test("A manager that takes reports from everybody beyond loopback says so", async () => {
  const args = ["--manager", "--no-history", "--listen", "127.0.0.1:0", "--stats-listen", ":0"];
  const warning = /Statistics on udp 0\.0\.0\.0:\d+ are taken from everybody who reaches that port/;
  await using open = startProgram(args);
  await eventually("it warns", () => warning.test(open.stderr));
  await using sealed = startProgram([...args, "--stats-key", A]);
  await eventually("it is up", () => sealed.stderr.includes("manager listening"));
  await endAll(open, sealed);
  assert.doesNotMatch(sealed.stderr, warning);
});
