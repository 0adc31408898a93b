import { strict as assert } from "node:assert";
import { type RunningManager, startManager } from "../../manager/mod.ts";
import { type ManagerOptions, managerOptionsSchema } from "../../manager/options.ts";
import { alertSchema } from "../../manager/alerts/config.ts";
import { basic, TOKENS } from "../support/accounts.ts";
import { eventually } from "../support/eventually.ts";

const FLAGS = { listen: "127.0.0.1:0", auth: ["ann:one", "viewer=bob:two"] };
const DEPS = { version: "0.1.0", dashboardDir: new URL("file:///not/built/") };

const optionsOf = (flags: Record<string, unknown> = {}): ManagerOptions =>
  managerOptionsSchema.parse({ ...FLAGS, ...flags });

/** A manager with the accounts of the flags; leaving its scope ends it. */
async function start(flags: Record<string, unknown> = {}) {
  const manager = await startManager(optionsOf(flags), DEPS);
  return { manager, [Symbol.asyncDispose]: () => manager.stop() };
}

async function get({ addr }: RunningManager, path: string, authorization = basic("ann", "one")) {
  const response = await fetch(`http://127.0.0.1:${addr.port}${path}`, {
    headers: { authorization },
  });
  const { status } = response;
  // deno-lint-ignore no-explicit-any
  return { status, body: await response.json() as any };
}

const status = async (...args: Parameters<typeof get>) => (await get(...args)).status;

Deno.test("RunningManager.apply goes over to other accounts; sessions of changed ones end", async () => {
  await using run = await start();
  const { manager } = run;
  const url = `http://127.0.0.1:${manager.addr.port}/api/`;
  const login = async (user: string, password: string) => {
    const body = JSON.stringify({ user, password });
    const headers = { "content-type": "application/json" };
    const response = await fetch(`${url}login`, { method: "POST", headers, body });
    await response.body?.cancel();
    assert.equal(response.status, 200);
    return response.headers.get("set-cookie")!.split(";")[0];
  };
  const [ann, bob] = [await login("ann", "one"), await login("bob", "two")];
  const isIn = async (cookie: string) => {
    const response = await fetch(`${url}stats`, { headers: { cookie } });
    await response.body?.cancel();
    return response.status === 200;
  };
  assert.deepEqual([await isIn(ann), await isIn(bob)], [true, true]);

  const next = optionsOf({ auth: ["ann:other", "viewer=bob:two", "eve:three"] });
  assert.deepEqual(manager.apply(next), { applied: ["auth"], restart: [] });
  assert.deepEqual([await isIn(ann), await isIn(bob)], [false, true]);
  assert.equal(await status(manager, "/api/stats", basic("ann", "one")), 401);
  assert.equal(await status(manager, "/api/stats", basic("ann", "other")), 200);
  assert.equal(await status(manager, "/api/stats", basic("eve", "three")), 200);
  assert.deepEqual(manager.apply(next), { applied: [], restart: [] });
});

Deno.test("RunningManager.apply follows a token file that is named later", async () => {
  const dir = await Deno.makeTempDir();
  try {
    await using run = await start();
    const bearer = `Bearer ${TOKENS.admin}`;
    assert.equal(await status(run.manager, "/api/stats", bearer), 401);
    await Deno.writeTextFile(`${dir}/tokens`, `ci:admin:${TOKENS.admin}\n`);
    const next = optionsOf({ tokenFile: `${dir}/tokens` });
    assert.deepEqual(run.manager.apply(next).applied, ["auth"]);
    assert.equal(await status(run.manager, "/api/stats", bearer), 200);
    await Deno.writeTextFile(`${dir}/new`, `ci:admin:${TOKENS.viewer}\n`);
    await Deno.rename(`${dir}/new`, `${dir}/tokens`);
    await eventually(
      "the file is followed",
      async () => await status(run.manager, "/api/stats", bearer) === 401,
    );
  } finally {
    await Deno.remove(dir, { recursive: true });
  }
});

Deno.test("RunningManager.apply goes over to other rules of alerts, and back to the default ones", async () => {
  await using run = await start();
  const { manager } = run;
  const names = async () =>
    (await get(manager, "/api/alerts")).body.rules.map(({ name }: { name: string }) => name);
  const before = await names();
  const rule = { name: "busy", metric: "active_connections", threshold: 5 };
  const sources = { env: () => undefined, readFile: () => "" };
  const alerts = alertSchema(sources).parse({ default_rules: false, rule: [rule] });
  assert.deepEqual(manager.apply({ ...optionsOf(), alerts }).applied, ["alerts"]);
  assert.deepEqual(await names(), ["busy"]);
  assert.deepEqual(manager.apply(optionsOf()).applied, ["alerts"]);
  assert.deepEqual(await names(), before);
});

Deno.test("RunningManager.apply changes nothing where a file cannot be used", async () => {
  await using run = await start();
  const next = optionsOf({ auth: ["eve:three"], alerts: "/not/there.toml", publicHost: ["a.b"] });
  const { applied, error } = run.manager.apply(next);
  assert.deepEqual(applied, []);
  assert.match(error!, /^Cannot use --alerts "\/not\/there.toml": there is no such file$/);
  assert.equal(await status(run.manager, "/api/stats", basic("ann", "one")), 200);
  const wrong = run.manager.apply(optionsOf({ tokenFile: "/not/there" }));
  assert.match(wrong.error!, /^Cannot use --token-file/);
  assert.equal(await status(run.manager, "/api/stats", basic("ann", "one")), 200);
});

Deno.test("RunningManager.apply names what takes a restart, each time, and applies the rest", async () => {
  await using run = await start();
  const next = optionsOf({
    ...{ listen: "127.0.0.1:1", statsListen: "127.0.0.1:2", maxProxies: "7", publicHost: ["a.b"] },
    ...{ basePath: "/x", maxConnections: "9" },
  });
  for (const applied of [["public_host"], []]) {
    const result = run.manager.apply(next);
    assert.deepEqual(result.applied, applied);
    assert.deepEqual(result.restart.sort(), [
      ...["base_path", "listen", "max_connections", "max_proxies", "stats_listen"],
    ]);
  }
  const { auth: _, ...open } = FLAGS;
  const without = run.manager.apply(managerOptionsSchema.parse(open));
  assert.ok(without.restart.includes("auth"));
  assert.equal(await status(run.manager, "/api/stats", ""), 401);
});

Deno.test("RunningManager.apply answers to other host names from then on", async () => {
  await using run = await start({ publicHost: ["old.example"] });
  const { manager } = run;
  const reply = async (host: string) => {
    using conn = await Deno.connect({ port: manager.addr.port });
    const head = `GET /api/health HTTP/1.1\r\nHost: ${host}\r\nConnection: close\r\n\r\n`;
    await conn.write(new TextEncoder().encode(head));
    const text = await new Response(conn.readable).text();
    return Number(text.split(" ")[1]);
  };
  assert.deepEqual([await reply("old.example"), await reply("New.example")], [200, 421]);
  assert.deepEqual(manager.apply(optionsOf({ publicHost: ["new.example"] })).applied, [
    "public_host",
  ]);
  assert.deepEqual([await reply("old.example"), await reply("New.example")], [421, 200]);
});
