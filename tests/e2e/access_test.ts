import { strict as assert } from "node:assert";
import { eventually } from "../support/eventually.ts";
import { runProgram, startProgram } from "../support/program.ts";
import { startProxyProgram } from "../support/proxy.ts";
import { connectTo } from "../support/tcp.ts";

Deno.test("--check-access prints verdict and rule, and says by its exit code whether it is allowed", async () => {
  const check = (...args: string[]) =>
    runProgram(["--mode", "http", "--deny", "10.0.0.7", "--allow-target", "*:443", ...args]);
  const allowed = await check("--check-access", "10.0.0.8", "192.0.2.1:443");
  assert.deepEqual(allowed, {
    code: 0,
    stderr: "",
    stdout: "client 10.0.0.8: allowed, no rule says otherwise\n" +
      "target 192.0.2.1:443: allowed, --allow-target *:443\nallowed\n",
  });
  const denied = await check("--check-access", "10.0.0.7", "localhost:80");
  assert.equal(denied.code, 1);
  assert.match(denied.stdout, /^client 10.0.0.7: denied, --deny 10.0.0.7\n.*\ndenied\n$/s);
  // Later rules count too: the flags of a proxy stand where they stand.
  const local = await check(
    "--check-access",
    "10.0.0.8",
    "localhost:80",
    "--allow-target",
    "local",
  );
  assert.equal(local.code, 0);
  assert.match(local.stdout, /^target localhost:80 at \S+: allowed, --allow-target local$/m);
  const misuse = await check("--check-access", "10.0.0.7");
  assert.deepEqual([misuse.code, misuse.stdout], [2, ""]);
  assert.match(misuse.stderr, /^rustproxy: Cannot use --check-access so: expected an IP .*\n$/);
});

/** What the program logs at its start. */
async function logAtStart(...args: string[]): Promise<string> {
  const all = [...args, "--log-format", "text", "--drain-timeout", "0"];
  await using program = startProgram(all);
  await eventually("it listens", () => /listening on .*\n/.test(program.stderr));
  // On Windows nothing ends it but a kill, and what it says at its start is said by then.
  if (Deno.build.os === "windows") return program.stderr;
  return (await program.terminate()).stderr;
}

Deno.test("The start-up line says what holds, and a proxy open to the world prints one warning", async () => {
  const open = await logAtStart("--mode", "http", "--listen", ":0");
  assert.match(open, /listening .*targets on this host \(local\) only for clients on loopback/);
  assert.match(
    open,
    /warning The http proxy on 0\.0\.0\.0:\d+ is open to everybody who reaches it/,
  );
  assert.equal(open.match(/warning/g)?.length, 1);
  const careful = [
    ["--mode", "socks5", "--listen", ":0", "--auth", "a:b"],
    ["--mode", "http", "--listen", "[::]:0", "--allow", "private"],
    ["--mode", "socks5", "--listen", "127.0.0.1:0"],
    ["--mode", "tcp", "--target", "a:1", "--listen", ":0"],
  ];
  const logs = await Promise.all(careful.map((args) => logAtStart(...args)));
  for (const log of logs) assert.doesNotMatch(log, /warning|open to/);
  assert.match(logs[1], /clients by 1 rule; targets on this host/);
  assert.doesNotMatch(logs[3], /access=/);
});

Deno.test({
  name: "Every worker judges by the same rules",
  ignore: Deno.build.os !== "linux",
}, async () => {
  await using proxy = await startProxyProgram("http", { workers: "2", deny: "127.0.0.1" });
  const closed = async () => {
    using conn = await connectTo(proxy.port);
    return await conn.read(new Uint8Array(1)).catch(() => null) === null;
  };
  for (let i = 0; i < 20; i++) assert.equal(await closed(), true);
  const report = await proxy.report(
    "all are rejected",
    (report) => report.rejected_connections === 20,
  );
  assert.equal(report.total_connections, 0);
  await proxy.report(
    "they are counted by reason",
    (report) => report.kind === "detail" && report.reasons.client_denied === 20,
  );
});
