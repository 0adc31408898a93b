import { strict as assert } from "node:assert";
import { ctlOptionsSchema } from "../../../manager/ctl/options.ts";
import { runCtl } from "../../../manager/ctl/run.ts";
import type { Command, CommandResult } from "../../../proxy/control/commands.ts";
import type { Shown } from "../../../proxy/control/shown.ts";
import { startControlManager, startFakeProxy } from "../../support/control_channel.ts";

/** What a user sees of a command, in a terminal where `answer` is what they say to a question. */
async function ctl(
  port: number,
  line: string,
  { answer = null as boolean | null, ...flags }: Record<string, unknown> = {},
) {
  const options = ctlOptionsSchema.parse({
    ...{ ctl: line.split(" "), managerAddr: `127.0.0.1:${port}`, ...flags },
  });
  const seen = { out: "", err: "", asked: [] as string[] };
  const code = await runCtl(options, {
    print: (text) => seen.out += `${text}\n`,
    complain: (text) => seen.err += `${text}\n`,
    confirm: (question) => {
      seen.asked.push(question);
      return answer as boolean | null;
    },
  });
  return { code, ...seen };
}

const SHOWN: Shown = {
  ...{ accepting: "paused", log_level: "info" },
  limits: {
    ...{ max_connections: 500, max_connections_per_client: null, accept_rate: null },
    ...{ idle_timeout: null, bandwidth: 10_000_000, bandwidth_per_connection: null },
  },
  ...{ access: ["--deny 10.0.0.0/8", "--allow *"], access_left_out: 3 },
  ...{ blocks: [{ ip: "192.0.2.7", seconds_left: 90 }], blocks_left_out: 1 },
};

Deno.test("runCtl shows what proxies were told, and says so of those that say nothing", async () => {
  await using manager = await startControlManager();
  const shown = { ok: true, detail: "told", shown: SHOWN };
  await using proxy = startFakeProxy(manager.port, { execute: () => Promise.resolve(shown) });
  await manager.connected("edge-1");
  const { code, out } = await ctl(manager.port, "show edge-1,edge-9");
  assert.equal(code, 1);
  const [one, other] = out.split("\n\n");
  assert.deepEqual(one.split("\n").map((line) => line.split(/  +/)), [
    ["edge-1"],
    ["accepting", "paused"],
    ["log-level", "info"],
    ["max-connections", "500"],
    ...["max-connections-per-client", "accept-rate", "idle-timeout"].map((key) => [key, "none"]),
    ["bandwidth", "10.0 MB/s"],
    ["bandwidth-per-connection", "none"],
    ["rule", "--deny 10.0.0.0/8"],
    ["rule", "--allow *"],
    ["", "3 more rules"],
    ["blocked", "192.0.2.7, 1m 30s more"],
    ["", "1 more blocks"],
  ]);
  assert.match(other, /^edge-9 +not_connected/m);
  const json = await ctl(manager.port, "show all", { json: true });
  assert.deepEqual(JSON.parse(json.out).results, [
    { proxy_id: "edge-1", outcome: "done", detail: "told", shown: SHOWN },
  ]);
  assert.equal(json.code, 0);
  assert.deepEqual(proxy.told, [{ command: "show" }, { command: "show" }]);
  const { entries } = await manager.get("/api/audit");
  assert.deepEqual(entries, []);
});

/** A proxy with four connections that match whatever is asked for. */
const execute = ({ command }: Command): Promise<CommandResult> =>
  Promise.resolve(
    command === "count_matching"
      ? { ok: true, detail: "4 match", count: 4 }
      : command === "close_matching"
      ? { ok: true, detail: "closed 4", count: 4 }
      : { ok: command !== "reload", detail: "said\u001b[31m so" },
  );

Deno.test("runCtl prints outcomes as a table, and ends with 1 where something was not done", async () => {
  await using manager = await startControlManager();
  await using first = startFakeProxy(manager.port, { proxyId: "edge-1", execute });
  await using second = startFakeProxy(manager.port, { proxyId: "edge-22", execute });
  await manager.connected("edge-1", "edge-22");
  assert.deepEqual(await ctl(manager.port, "drain all"), {
    code: 0,
    out: "PROXY    OUTCOME  COUNT  DETAIL\n" +
      "edge-1   done            said\\u001b[31m so\n" +
      "edge-22  done            said\\u001b[31m so\n",
    err: "",
    asked: [],
  });
  assert.equal((await ctl(manager.port, "reload edge-1")).code, 1);
  const away = await ctl(manager.port, "drain edge-1,edge-9");
  assert.equal(away.code, 1);
  assert.match(away.out, /^edge-9 +not_connected +this proxy takes no orders from here/m);
  const json = await ctl(manager.port, "drain edge-1", { json: true });
  assert.equal(JSON.parse(json.out).results[0].outcome, "done");
  const listed = await ctl(manager.port, "list");
  assert.match(listed.out, /^PROXY +VERSION +SINCE\nedge-1 +0\.1\.0 +\d{4}-/);
  assert.deepEqual(first.told.map(({ command }) => command), [
    ...["drain", "reload", "drain", "drain"],
  ]);
  assert.equal(second.told.length, 1);
});

Deno.test("runCtl asks before it closes by a filter, with the exact count", async () => {
  await using manager = await startControlManager();
  await using proxy = startFakeProxy(manager.port, { execute });
  await manager.connected("edge-1");
  const line = "close edge-1 client=10.0.0.0/8 idle=60";
  const question = "Close 4 connections of 1 proxy, client=10.0.0.0/8 idle_s=60?";
  const no = await ctl(manager.port, line, { answer: false });
  assert.deepEqual([no.code, no.asked, no.err], [1, [question], "Closed nothing\n"]);
  const nobody = await ctl(manager.port, line);
  assert.equal(nobody.code, 1);
  assert.equal(
    nobody.err,
    "Closed nothing: 4 connections of 1 proxy match, and nobody is here to ask; expected --yes\n",
  );
  assert.deepEqual(new Set(proxy.told.map(({ command }) => command)), new Set(["count_matching"]));
  const yes = await ctl(manager.port, line, { answer: true });
  assert.deepEqual([yes.code, yes.asked], [0, [question]]);
  assert.match(yes.out, /^edge-1 +done +4 +closed 4$/m);
  assert.deepEqual(proxy.told.at(-1), {
    ...{ command: "close_matching", filter: { client: "10.0.0.0/8", idle_s: 60 } },
  });
  const told = proxy.told.length;
  const sure = await ctl(manager.port, line, { yes: true });
  assert.deepEqual([sure.code, sure.asked, proxy.told.length], [0, [], told + 1]);
  const away = await ctl(manager.port, "close edge-9 everything", { answer: true });
  assert.deepEqual([away.code, away.asked], [1, []]);
  assert.match(away.err, /^Closed nothing: no proxy says how many connections match\n$/);
});

Deno.test("runCtl shows the fleet, its proxies and connections", async () => {
  await using manager = await startControlManager();
  assert.match((await ctl(manager.port, "status")).out, /^proxies +0 of 0 active$/m);
  assert.equal((await ctl(manager.port, "proxies")).out, "No proxy is known.\n");
  assert.equal((await ctl(manager.port, "connections")).out, "No connection matches.\n");
  assert.equal(
    (await ctl(manager.port, "list")).out,
    "No proxy takes orders from this manager.\n",
  );
  assert.match((await ctl(manager.port, "help")).out, /^rustproxy --ctl <command>/);
  const stats = await ctl(manager.port, "status", { json: true });
  assert.equal(JSON.parse(stats.out).total_proxies, 0);
  await using without = await startControlManager({ controlKey: undefined });
  assert.match((await ctl(without.port, "list")).out, /^This manager gives no orders/);
  const refused = await ctl(without.port, "drain all");
  assert.equal(refused.code, 1);
  assert.match(refused.err, /says no \(409\): This manager gives no orders: start it with/);
});

Deno.test("runCtl says in a line what it cannot do", async () => {
  const folder = await Deno.makeTempDir();
  try {
    const empty = `${folder}/empty`;
    await Deno.writeTextFile(empty, "\n");
    const login = { user: "ann", passwordFile: `${folder}/none` };
    const table: [flags: Record<string, unknown>, message: RegExp][] = [
      [{}, /^Cannot reach the manager at http:\/\/127\.0\.0\.1:\d+: .*\n$/],
      [login, /^Cannot use --password-file ".*none": there is no such file\n$/],
      [{ tokenFile: empty }, /^Cannot use --token-file ".*empty": its first line is empty\n$/],
      [
        { managerAddr: "https://127.0.0.1:9", controlCa: folder },
        /^Cannot use --control-ca ".*": expected a file\n$/,
      ],
      [
        { managerAddr: "https://127.0.0.1:9", controlCa: empty },
        /^Cannot use --control-ca ".*": expected a certificate in PEM\n$/,
      ],
    ];
    using listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
    const { port } = listener.addr;
    listener.close();
    for (const [flags, message] of table) {
      const { code, err } = await ctl(port, "status", flags);
      assert.equal(code, 1);
      assert.match(err, message);
    }
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});

Deno.test("runCtl says that what answers is no manager", async () => {
  const answers: [reply: string, status: number, message: RegExp][] = [
    ["<html>", 200, /^What answers at http:\/\/127.* is no manager, or one of another version\n$/],
    ["null", 200, /^What answers at /],
    ["[]", 200, /^What answers at /],
    ["{}", 200, /^What answers at /],
    ["<html>", 502, /^The manager at http:.* says no \(502\): it gives no reason\n$/],
    ['{"error":"down"}', 503, /says no \(503\): it gives no reason\n$/],
    [`{"error":{"message":"${"x".repeat(9_999)}"}}`, 500, /says no \(500\): x{500}\n$/],
  ];
  let next = answers[0];
  const handler = () => new Response(next[0], { status: next[1] });
  const server = Deno.serve({ hostname: "127.0.0.1", port: 0, onListen() {} }, handler);
  try {
    for (const answer of answers) {
      next = answer;
      for (const line of ["status", "drain all"]) {
        const { code, out, err } = await ctl(server.addr.port, line);
        assert.deepEqual([code, out], [1, ""], line);
        assert.match(err, answer[2]);
      }
    }
  } finally {
    await server.shutdown();
  }
});

Deno.test("runCtl logs in by a password or a token, from the environment or a file, and shows neither", async () => {
  const folder = await Deno.makeTempDir();
  const seen: (string | null)[] = [];
  const server = Deno.serve({ hostname: "127.0.0.1", port: 0, onListen() {} }, (request) => {
    seen.push(request.headers.get("authorization"));
    return Response.json({ error: { code: "login_required", message: "Log in" } }, { status: 401 });
  });
  try {
    await Deno.writeTextFile(`${folder}/secret`, "pa:ss\n");
    const file = `${folder}/secret`;
    const basic = `Basic ${btoa("ann:pa:ss")}`;
    const table: [flags: Record<string, unknown>, header: string | null][] = [
      [{}, null],
      [{ user: "ann", ctlPasswordEnv: "pa:ss" }, basic],
      [{ user: "ann", passwordFile: file }, basic],
      [{ ctlUserEnv: "ann", ctlPasswordEnv: "pa:ss" }, basic],
      [{ ctlTokenEnv: "pa:ss" }, "Bearer pa:ss"],
      [{ tokenFile: file }, "Bearer pa:ss"],
      [{ user: "ann", passwordFile: file, ctlTokenEnv: "t" }, basic],
    ];
    for (const [flags, header] of table) {
      const { code, out, err } = await ctl(server.addr.port, "status", flags);
      assert.deepEqual([code, seen.pop()], [1, header]);
      assert.match(err, /^The manager asks who you are: --user with RUSTPROXY_PASSWORD, or/);
      assert.ok(!(out + err).includes("pa:ss"));
    }
    const wrong: [flags: Record<string, unknown>, message: RegExp][] = [
      [{ user: "ann" }, /^--user needs RUSTPROXY_PASSWORD or --password-file$/],
      [{ passwordFile: file }, /^--password-file needs --user$/],
      [{ tokenFile: file, user: "ann" }, /^Cannot use --token-file with --user or --password-file/],
      [{ user: "a:b" }, /^Cannot use --user: expected a name$/],
    ];
    for (const [flags, message] of wrong) {
      const { error } = ctlOptionsSchema.safeParse({ ctl: ["status"], ...flags });
      assert.match(error?.issues[0].message ?? "", message);
    }
  } finally {
    await server.shutdown();
    await Deno.remove(folder, { recursive: true });
  }
});
