import { strict as assert } from "node:assert";
import { freeManagerAddress } from "../support/addresses.ts";
import { TEST_CA, TEST_CERT, TEST_KEY } from "../support/certificate.ts";
import { CONTROL_KEY } from "../support/control_channel.ts";
import { eventually } from "../support/eventually.ts";
import { type Ended, runToEnd } from "../support/executable.ts";
import { haveCurl, runProgram, startProgram } from "../support/program.ts";
import { connectTo, echo, startTcp } from "../support/tcp.ts";
import { SECOND } from "../support/tls.ts";

const HAVE_CURL = haveCurl();
const QUIET = ["--log-format", "text"];

/** A manager, and a tcp proxy that takes its orders and leads to an echo server, as programs of their own. */
async function startPair(proxyFlags: string[] = []) {
  const echoing = startTcp(echo);
  const listen = freeManagerAddress();
  const manager = startProgram([
    ...["--manager", "--no-history", "--listen", listen, ...QUIET],
  ], { RUSTPROXY_CONTROL_KEY: CONTROL_KEY });
  await eventually("the manager is up", () => manager.stderr.includes("manager listening"));
  const proxy = startProgram([
    ...["--mode", "tcp", "--target", echoing.address, "--listen", "127.0.0.1:0", "--id", "edge-1"],
    ...["--control", "--manager-addr", listen, "--report-interval", "0.1", "--drain-timeout", "0"],
    ...[...QUIET, ...proxyFlags],
  ], { RUSTPROXY_CONTROL_KEY: CONTROL_KEY });
  await eventually("it takes orders", () => proxy.stderr.includes("Takes orders from"));
  const port = Number(/listening on 127\.0\.0\.1:(\d+)/.exec(proxy.stderr)![1]);
  const stop = async () => {
    for (const each of [proxy, manager, echoing]) await each[Symbol.asyncDispose]();
  };
  return { listen, manager, proxy, port, [Symbol.asyncDispose]: stop };
}

/** A connection through the proxy that is there to its end. */
async function connectThrough(port: number): Promise<Deno.TcpConn> {
  const conn = await connectTo(port);
  await conn.write(new TextEncoder().encode("x"));
  await conn.read(new Uint8Array(1));
  return conn;
}

const isClosed = async (conn: Deno.TcpConn) => await conn.read(new Uint8Array(1)) === null;

Deno.test(
  { name: "curl gives every command to the real program", ignore: !HAVE_CURL },
  async () => {
    await using pair = await startPair();
    const { listen, proxy, manager, port } = pair;
    const order = async (command: string, body: Record<string, unknown> = {}) => {
      const { code, stdout, stderr } = await runToEnd("curl", [
        ...["-sS", "-m", "60", "-H", "content-type: application/json"],
        ...["-d", JSON.stringify({ proxies: ["edge-1"], timeout: 30, ...body })],
        `http://${listen}/api/control/${command}`,
      ], ".");
      assert.equal(code, 0, stderr);
      const [result] = JSON.parse(stdout).results;
      return result as { outcome: string; detail: string; count?: number };
    };
    const done = async (command: string, body: Record<string, unknown> = {}) => {
      const result = await order(command, body);
      assert.equal(result.outcome, "done", `${command}: ${result.detail}`);
      return result;
    };
    using first = await connectThrough(port);
    using second = await connectThrough(port);
    const { connections } = await eventually("both are reported", async () => {
      const { stdout } = await runToEnd("curl", ["-s", `http://${listen}/api/connections`], ".");
      const reply = JSON.parse(stdout);
      return reply.total === 2 && reply;
    });
    const { port: clientPort } = first.localAddr;
    const { id } = connections.find((each: { client_port: number }) =>
      each.client_port === clientPort
    );
    await done("close_connection", { id });
    assert.ok(await isClosed(first));
    const filter = { client: "127.0.0.0/8", idle_s: 0 };
    assert.equal((await done("count_matching", { filter })).count, 1);
    assert.equal((await done("close_matching", { filter })).count, 1);
    assert.ok(await isClosed(second));
    await done("pause_accepting");
    await done("resume_accepting");
    await done("drain");
    await assert.rejects(connectTo(port), Deno.errors.ConnectionRefused);
    await done("resume");
    await done("set_limits", { max_connections: 5, bandwidth: 1e6 });
    await done("set_access", { rules: ["--allow 127.0.0.0/8"] });
    await done("backend", { action: "add", name: "127.0.0.1:9", weight: 2 });
    await done("backend", { action: "remove", name: "127.0.0.1:9" });
    await done("block_client", { ip: "192.0.2.1", seconds: 60 });
    await done("unblock_client", { ip: "192.0.2.1" });
    await done("set_log_level", { level: "debug" });
    assert.equal((await order("reload")).detail, "there is no file to read again");
    using third = await connectThrough(port);
    await done("stop");
    assert.equal((await proxy.ended()).code, 0);
    assert.ok(await isClosed(third));
    await eventually("it is noted", () => manager.stderr.includes("audit: stop done"));
    const notes = manager.stderr.split("\n").filter((line) => line.includes("audit: "));
    assert.equal(notes.length, 15, "each command with its outcome, and no count");
    assert.match(notes[0], /audit: close_connection done actor=local client_ip=127\.0\.0\.1 /);
    assert.ok(!(manager.stderr + proxy.stderr).includes(CONTROL_KEY));
  },
);

Deno.test("rustproxy --ctl gives orders and shows the fleet, by table and as JSON", async () => {
  await using pair = await startPair();
  const { listen, proxy, port } = pair;
  const ctl = (line: string, ...flags: string[]): Promise<Ended> =>
    runProgram([
      "--ctl",
      ...line.split(" "),
      "--manager-addr",
      listen,
      "--timeout",
      "30",
      ...flags,
    ]);
  const listed = await ctl("list");
  assert.match(listed.stdout, /^PROXY +VERSION +SINCE\nedge-1 /);
  using conn = await connectThrough(port);
  await eventually("it is reported", async () => {
    return /^edge-1 +\d+ +127\.0\.0\.1:/m.test((await ctl("connections edge-1")).stdout);
  });
  const asked = await ctl("close edge-1 client=127.0.0.1");
  assert.equal(asked.code, 1);
  assert.match(
    asked.stderr,
    /^rustproxy: Closed nothing: 1 connection of 1 proxy match, and nobody/,
  );
  const closed = await ctl("close all client=127.0.0.1", "--yes", "--json");
  assert.equal(closed.code, 0, closed.stderr);
  assert.equal(JSON.parse(closed.stdout).results[0].count, 1);
  assert.ok(await isClosed(conn));
  const wrong = await ctl("limits edge-1 bandwidth=fast");
  assert.deepEqual([wrong.code, wrong.stdout], [2, ""]);
  assert.match(wrong.stderr, /^rustproxy: Cannot use --ctl limits: Cannot parse bandwidth "fast"/);
  assert.equal((await ctl("drain edge-9")).code, 1);
  assert.equal((await ctl("stop edge-1")).code, 0);
  assert.equal((await proxy.ended()).code, 0);
});

Deno.test("A proxy without --control takes no orders, whatever the environment holds", async () => {
  const listen = freeManagerAddress();
  const env = { RUSTPROXY_CONTROL_KEY: CONTROL_KEY };
  await using manager = startProgram([
    ...["--manager", "--no-history", "--listen", listen, ...QUIET],
  ], env);
  await eventually("the manager is up", () => manager.stderr.includes("manager listening"));
  await using proxy = startProgram([
    ...["--mode", "http", "--listen", "127.0.0.1:0", "--id", "edge-1", "--manager-addr", listen],
    ...["--report-interval", "0.1", ...QUIET],
  ], env);
  const ctl = (...words: string[]) => runProgram(["--ctl", ...words, "--manager-addr", listen]);
  await eventually("it reports", async () => /^edge-1 .* no /m.test((await ctl("proxies")).stdout));
  const { code, stdout } = await ctl("stop", "edge-1");
  assert.equal(code, 1);
  assert.match(stdout, /^edge-1 +not_connected +this proxy takes no orders from here/m);
  assert.equal(proxy.exited, false);
});

Deno.test("A proxy takes orders over TLS from a private authority alone", async () => {
  const folder = await Deno.makeTempDir();
  try {
    const write = async (name: string, text: string) => {
      await Deno.writeTextFile(`${folder}/${name}`, text);
      return `${folder}/${name}`;
    };
    const cert = await write("cert.pem", TEST_CERT);
    const certKey = await write("key.pem", TEST_KEY);
    const ca = await write("ca.pem", TEST_CA);
    const other = await write("other.pem", SECOND.cert);
    const key = await write("fleet.key", `${CONTROL_KEY}\n`);
    const listen = freeManagerAddress();
    await using manager = startProgram([
      ...["--manager", "--no-history", "--listen", listen, "--control-key-file", key, ...QUIET],
      ...["--tls-cert", cert, "--tls-key", certKey],
    ]);
    await eventually("the manager is up", () => manager.stderr.includes("manager listening"));
    const start = (trusted: string[]) =>
      startProgram([
        ...["--mode", "http", "--listen", "127.0.0.1:0", "--control", "--control-key-file", key],
        ...["--control-addr", `https://${listen}`, ...trusted, ...QUIET],
      ]);
    await using good = start(["--control-ca", ca]);
    await eventually(
      "it takes orders",
      () => good.stderr.includes(`orders from the manager at https://`),
    );
    await using stranger = start(["--control-ca", other]);
    await using trusting = start([]);
    for (const proxy of [stranger, trusting]) {
      await eventually("it refuses", () => /is not there: .*certificate/.test(proxy.stderr));
      assert.ok(!proxy.stderr.includes("Takes orders"));
    }
    const ctl = (...flags: string[]) =>
      runProgram(["--ctl", "list", "--json", "--manager-addr", `https://${listen}`, ...flags]);
    const { stdout } = await ctl("--control-ca", ca);
    assert.equal(JSON.parse(stdout).proxies.length, 1);
    const refused = await ctl();
    assert.equal(refused.code, 1);
    assert.match(refused.stderr, /^rustproxy: Cannot reach the manager at https:.*certificate/);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});

Deno.test("A proxy is not started where its orders would go in clear to another host", async () => {
  const { code, stderr } = await runProgram([
    ...["--mode", "http", "--listen", "127.0.0.1:0", "--control", "--control-key", CONTROL_KEY],
    ...["--control-addr", "http://192.0.2.1:13337"],
  ]);
  assert.equal(code, 2);
  assert.match(stderr, /^rustproxy: Cannot use --control-addr .* nothing goes in clear beyond/);
  assert.ok(!stderr.includes(CONTROL_KEY));
});
