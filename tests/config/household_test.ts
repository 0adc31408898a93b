import { strict as assert } from "node:assert";
import { Household, type HouseholdDeps } from "../../config/household.ts";
import { ConfigError } from "../../config/open.ts";
import { type Config, readConfig } from "../../config/read.ts";
import { startProxyThreads } from "../../proxy/mod.ts";
import { freeAddress } from "../support/addresses.ts";
import { connectTo, echo, readExactly, send, startTcp } from "../support/tcp.ts";

/** The configuration of a text; throws as a file of it would. */
function configOf(text: string): Config {
  const result = readConfig("a.toml", text, () => undefined);
  if ("value" in result) return result.value;
  throw new ConfigError(result.problems);
}

/** A household whose file is the text in `file`; leaving its scope ends it. */
async function start(text: string, deps: Partial<HouseholdDeps> = {}) {
  const file = { text };
  const levels: string[] = [];
  const household = await Household.start(configOf(text), {
    startManager: () => Promise.reject(new Error("no manager here")),
    startProxy: (options, told) => {
      const naming = { version: "1", host: "test" };
      const module = { url: new URL("../../worker.ts", import.meta.url), setup: {} };
      return startProxyThreads(options, { ...naming, ...told }, module);
    },
    read: () => configOf(file.text),
    setLogLevel: (level) => levels.push(level),
    log: { level: null, format: null },
    onStop() {},
    ...deps,
  });
  const port = (name: string) => household.proxies.get(name)!.proxy.addr.port;
  const stop = () => household.stop();
  return { household, file, levels, port, [Symbol.asyncDispose]: stop };
}

const proxy = (name: string, target: string, more = "") =>
  `[[proxy]]\nname = "${name}"\nmode = "tcp"\nlisten = "127.0.0.1:0"\ntarget = "${target}"\n` +
  `drain_timeout = 0\n${more}\n`;

/** Sends a byte through a connection and gets it back. */
async function echoes(conn: Deno.TcpConn): Promise<boolean> {
  await send(conn, "x");
  return (await readExactly(conn, 1))[0] === 120;
}

Deno.test("Household adds, changes and removes proxies, and touches no other", async () => {
  await using origin = startTcp(echo);
  await using run = await start(proxy("a", origin.address) + proxy("b", origin.address));
  const { household, file, port } = run;
  using conn = await connectTo(port("a"));
  assert.ok(await echoes(conn));
  file.text = proxy("a", origin.address, "max_connections = 1") + proxy("c", origin.address);
  const { ok, detail } = await household.reload();
  assert.equal(detail, "changed b (removed), a (limits), c (added)");
  assert.ok(ok);
  assert.deepEqual([...household.proxies.keys()], ["a", "c"]);
  assert.ok(await echoes(conn));
  using other = await connectTo(port("c"));
  assert.ok(await echoes(other));
  using refused = await connectTo(port("a"));
  assert.equal(await refused.read(new Uint8Array(1)), null);
  assert.equal((await household.reload()).detail, "nothing has changed");
});

Deno.test("Household changes nothing for a wrong file, and says all that is wrong in it", async () => {
  await using origin = startTcp(echo);
  await using run = await start(proxy("a", origin.address));
  run.file.text = proxy("b", origin.address) + proxy("a", "x", "max_connections = 0\nrise = 2");
  const { ok, detail } = await run.household.reload();
  assert.equal(ok, false);
  assert.equal(
    detail,
    'a.toml:12: proxy "a" target: expected host:port, found "x", and more: see its log; ' +
      "nothing has changed",
  );
  assert.deepEqual([...run.household.proxies.keys()], ["a"]);
  using conn = await connectTo(run.port("a"));
  assert.ok(await echoes(conn));
});

Deno.test("Household names what takes a restart, and applies the rest", async () => {
  await using origin = startTcp(echo);
  await using run = await start(proxy("a", origin.address));
  run.file.text = proxy("a", origin.address, "backlog = 5\nworkers = 2\nmax_connections = 9");
  const { ok, detail } = await run.household.reload();
  assert.ok(ok);
  assert.equal(detail, "changed a (limits); a restart is needed for a (workers, backlog)");
  run.file.text = `log_format = "json"\n[manager]\nhistory = false\n${proxy("a", origin.address)}`;
  assert.equal(
    (await run.household.reload()).detail,
    "changed a (limits); a restart is needed for log_format, manager",
  );
  assert.equal(
    (await run.household.reload()).detail,
    "nothing has changed; a restart is needed for log_format, manager",
  );
});

Deno.test("Household leaves what a proxy was told, where only a restart would bring what is new", async () => {
  await using origin = startTcp(echo);
  await using run = await start(proxy("a", origin.address));
  run.file.text = proxy("a", origin.address, "workers = 2");
  assert.match((await run.household.reload()).detail, /restart is needed for a \(workers\)$/);
  const { proxy: told } = run.household.proxies.get("a")!;
  await told.execute({ command: "set_limits", max_connections: 1 });
  assert.match((await run.household.reload()).detail, /restart is needed for a \(workers\)$/);
  using first = await connectTo(run.port("a"));
  assert.ok(await echoes(first));
  using refused = await connectTo(run.port("a"));
  assert.equal(await refused.read(new Uint8Array(1)), null);
});

Deno.test("Household hands addresses on from one proxy to the next, whatever their order", async () => {
  await using origin = startTcp(echo);
  const [one, two] = [freeAddress(), freeAddress()];
  const at = (name: string, address: string) =>
    proxy(name, origin.address).replace("127.0.0.1:0", address);
  await using run = await start(proxy("a", origin.address) + at("b", one) + at("c", two));
  run.file.text = at("a", one) + at("b", two) + proxy("c", origin.address);
  assert.equal(
    (await run.household.reload()).detail,
    "changed c (listen), b (listen), a (listen)",
  );
  for (const name of ["a", "b", "c"]) {
    using conn = await connectTo(run.port(name));
    assert.ok(await echoes(conn));
  }
  assert.deepEqual(
    [run.port("a"), run.port("b")].map(String),
    [one, two].map((at) => at.split(":")[1]),
  );
  run.file.text = at("a", two) + at("b", one) + proxy("c", origin.address);
  const { ok, detail } = await run.household.reload();
  assert.equal(ok, false, "none of two that want each other's address can go first");
  assert.match(detail, /^nothing has changed; failed: a: Cannot listen .*; b: Cannot listen /);
  using conn = await connectTo(run.port("a"));
  assert.ok(await echoes(conn));
});

Deno.test("Household gives a removed proxy's address to an added one", async () => {
  await using origin = startTcp(echo);
  const address = freeAddress();
  const at = (name: string) => proxy(name, origin.address).replace("127.0.0.1:0", address);
  await using run = await start(at("old"));
  run.file.text = at("new");
  assert.equal((await run.household.reload()).detail, "changed old (removed), new (added)");
  using conn = await connectTo(run.port("new"));
  assert.ok(await echoes(conn));
});

Deno.test("Household lets an added proxy have the address that another one leaves", async () => {
  await using origin = startTcp(echo);
  const address = freeAddress();
  const at = (name: string) => proxy(name, origin.address).replace("127.0.0.1:0", address);
  await using run = await start(at("a"));
  run.file.text = at("b") + proxy("a", origin.address);
  assert.equal((await run.household.reload()).detail, "changed a (listen), b (added)");
  assert.equal(`127.0.0.1:${run.port("b")}`, address);
  using conn = await connectTo(run.port("a"));
  assert.ok(await echoes(conn));
});

Deno.test("Household starts a proxy of another mode in the place of one of the same name", async () => {
  await using origin = startTcp(echo);
  const address = freeAddress();
  const text = proxy("a", origin.address).replace("127.0.0.1:0", address);
  await using run = await start(text);
  using conn = await connectTo(run.port("a"));
  assert.ok(await echoes(conn));
  run.file.text = text.replace('"tcp"', '"http"').replace(/target = .*\n/, "");
  assert.equal((await run.household.reload()).detail, "changed a (removed), a (added)");
  using other = await connectTo(run.port("a"));
  await send(other, "nonsense\r\n\r\n");
  assert.equal((await readExactly(other, 12))[9], "4".charCodeAt(0));
});

Deno.test("Household tells what could not be started, and goes on with the rest", async () => {
  await using origin = startTcp(echo);
  await using run = await start(proxy("a", origin.address));
  const taken = proxy("b", origin.address).replace("127.0.0.1:0", origin.address);
  run.file.text = taken + proxy("a", origin.address, "max_connections = 3");
  const { ok, detail } = await run.household.reload();
  assert.equal(ok, false);
  assert.match(detail, /^changed a \(limits\); failed: b: .*127\.0\.0\.1:\d+/);
});

Deno.test("Household starts nothing where one part cannot start", async () => {
  await using origin = startTcp(echo);
  const taken = proxy("b", origin.address).replace("127.0.0.1:0", origin.address);
  await assert.rejects(start(proxy("a", origin.address) + taken), /127\.0\.0\.1/);
});

Deno.test("Household reads its file again when a proxy is told to", async () => {
  await using origin = startTcp(echo);
  await using run = await start(proxy("a", origin.address));
  run.file.text = `log_level = "debug"\n${proxy("a", origin.address, "idle_timeout = 9")}`;
  const member = run.household.proxies.get("a")!;
  const result = await member.proxy.execute({ command: "reload" });
  assert.deepEqual(result, { ok: true, detail: "changed log_level, a (limits)" });
  assert.deepEqual(run.levels.slice(0, 1), ["debug"]);
});

Deno.test("Household ends when the last of its proxies is told to stop", async () => {
  await using origin = startTcp(echo);
  const stopped = Promise.withResolvers<void>();
  const text = proxy("a", origin.address) + proxy("b", origin.address);
  await using run = await start(text, { onStop: stopped.resolve });
  const members = [...run.household.proxies.values()];
  await members[0].proxy.execute({ command: "stop" });
  await members[1].proxy.execute({ command: "stop" });
  await stopped.promise;
  assert.equal(run.household.proxies.size, 0);
});
