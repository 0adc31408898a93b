import { strict as assert } from "node:assert";
import { freeAddress, freeManagerAddress } from "../support/addresses.ts";
import { CONTROL_KEY } from "../support/control_channel.ts";
import { eventually } from "../support/eventually.ts";
import { haveSignals } from "../support/process.ts";
import { runProgram, startProgram } from "../support/program.ts";
import { connectTo, echo, readExactly, send, startTcp } from "../support/tcp.ts";

const HAVE_SIGNALS = haveSignals("Reloads by SIGHUP");

/** A folder with files, by their names; leaving its scope removes it. */
async function folder(files: Record<string, string>) {
  const dir = await Deno.makeTempDir();
  for (const [name, text] of Object.entries(files)) {
    await Deno.writeTextFile(`${dir}/${name}`, text);
  }
  return { dir, [Symbol.asyncDispose]: () => Deno.remove(dir, { recursive: true }) };
}

const PROXY = '[[proxy]]\nname = "edge"\nmode = "http"\nlisten = "127.0.0.1:0"\n';

Deno.test("The program checks a configuration, and starts nothing of a wrong one", async () => {
  await using files = await folder({
    "good.toml": `${PROXY}auth = ["ann:geheim"]\nauth_file = "users"\n`,
    "bad.toml":
      `${PROXY}auth = "geheim"\ntls_key = "key"\nmax_connections = 0\ncolour = "\\u001b"\n`,
    "users": "bob:$2y$04$abcdefghijklmnopqrstuuxJzT0vzE4vzbZsOoJyzT2yQfFJ3lS1C\n",
  });
  const good = `${files.dir}/good.toml`;
  const bad = `${files.dir}/bad.toml`;
  assert.deepEqual(await runProgram(["--config", good, "--check"]), {
    ...{ code: 0, stderr: "", stdout: `${good}: 1 proxy, and nothing is wrong\n` },
  });
  const problems = [
    `${bad}:5: proxy "edge" auth: expected user:password, each of 1 to 255 bytes, found what is not shown`,
    `${bad}:6: proxy "edge" tls_key: tls_key needs tls_cert`,
    `${bad}:7: proxy "edge" max_connections: expected a whole number from 1 to 1000000, found 0`,
    `${bad}:8: proxy "edge" colour: expected one of `,
  ];
  for (const more of [["--check"], ["--print-config"], []]) {
    const { code, stdout, stderr } = await runProgram(["--config", bad, ...more]);
    assert.deepEqual([code, stdout], [2, ""]);
    const lines = stderr.trimEnd().split("\n");
    assert.equal(lines.length, problems.length, stderr);
    for (const [at, line] of lines.entries()) assert.ok(line.startsWith(problems[at]), line);
  }
  const printed = await runProgram(["--config", good, "--print-config", "--log-level", "debug"]);
  assert.equal(printed.code, 0);
  assert.match(printed.stdout, /^log_level = "debug"\n\n\[\[proxy\]\]\nname = "edge"\n/);
  assert.doesNotMatch(printed.stdout, /geheim/);
  const missing = await runProgram(["--config", `${files.dir}/none`, "--check"]);
  assert.equal(missing.code, 2);
  assert.equal(
    missing.stderr,
    `Cannot use --config ${JSON.stringify(`${files.dir}/none`)}: there is no such file\n`,
  );
});

Deno.test("The program runs a manager and proxies of one file, and ends them all", async () => {
  const manager = freeManagerAddress();
  await using files = await folder({
    "a.toml": `[manager]\nlisten = "${manager}"\ndata_dir = "data"\n` +
      `[defaults]\nmanager_addr = "${manager}"\nreport_interval = 0.1\n${PROXY}` +
      PROXY.replace("edge", "other").replace("http", "socks5"),
  });
  await using program = startProgram(["--config", `${files.dir}/a.toml`, "--log-format", "text"]);
  const known = await eventually("both report", async () => {
    const response = await fetch(`http://${manager}/api/proxies`);
    const proxies: { proxy_id: string; proxy_type: string }[] = await response.json();
    return proxies.length === 2 && proxies;
  });
  assert.deepEqual(
    known.map(({ proxy_id, proxy_type }) => [proxy_id, proxy_type]).sort(),
    [["edge", "http"], ["other", "socks5"]],
  );
  assert.ok((await Deno.stat(`${files.dir}/data`)).isDirectory);
  if (!HAVE_SIGNALS) return;
  const { code, stderr } = await program.terminate();
  assert.equal(code, 0, stderr);
  assert.equal(stderr.match(/ (proxy|manager) on .* stopped$/gm)?.length, 3, stderr);
});

Deno.test("The program reads its configuration again when the manager orders it", async () => {
  const manager = freeManagerAddress();
  const text = (more: string, limit: number) =>
    `[manager]\nlisten = "${manager}"\nhistory = false\ncontrol_key = "${CONTROL_KEY}"\n${more}\n` +
    `[defaults]\nmanager_addr = "${manager}"\ncontrol = true\ncontrol_key = "${CONTROL_KEY}"\n` +
    `${PROXY}max_connections = ${limit}\n`;
  await using files = await folder({ "a.toml": text("", 5) });
  const path = `${files.dir}/a.toml`;
  await using program = startProgram(["--config", path, "--log-format", "text"]);
  await eventually("it takes orders", () => program.stderr.includes("Takes orders from"));
  const reload = async () => {
    const response = await fetch(`http://${manager}/api/control/reload`, {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: JSON.stringify({ proxies: "all", timeout: 30 }),
    });
    const { results: [{ outcome, detail }] } = await response.json();
    return [outcome, detail];
  };
  await Deno.writeTextFile(path, text('public_host = "a.example"\nmax_proxies = 9', 6));
  assert.deepEqual(await reload(), [
    "done",
    "changed manager (public_host), edge (limits); a restart is needed for manager (max_proxies)",
  ]);
  await Deno.writeTextFile(path, text("", 0));
  assert.deepEqual(await reload(), [
    "failed",
    `${path}:14: proxy "edge" max_connections: expected a whole number from 1 to 1000000, ` +
    "found 0; nothing has changed",
  ]);
});

for (const workers of [1, 2]) {
  Deno.test({
    name: `A listener that moves is open before the old one drains, with ${workers} thread(s)`,
    ignore: !HAVE_SIGNALS || (workers > 1 && Deno.build.os !== "linux"),
  }, async () => {
    await using origin = startTcp(echo);
    const [before, after] = [freeAddress(), freeAddress()];
    const text = (listen: string) =>
      PROXY.replace("127.0.0.1:0", listen).replace("http", "tcp") +
      `target = "${origin.address}"\nworkers = ${workers}\ndrain_timeout = 60\n`;
    await using files = await folder({ "a.toml": text(before), "b.toml": text(after) });
    const path = `${files.dir}/a.toml`;
    await using program = startProgram(["--config", path, "--log-format", "text"]);
    await eventually("it listens", () => program.stderr.includes("proxy listening"));
    const portOf = (address: string) => Number(address.split(":")[1]);
    using conn = await connectTo(portOf(before));
    await send(conn, "a");
    assert.equal((await readExactly(conn, 1))[0], 97);

    await Deno.rename(`${files.dir}/b.toml`, path);
    program.signal("SIGHUP");
    for (let isOpen = true; isOpen;) {
      const old = await connectTo(portOf(before)).catch(() => null);
      old?.close();
      isOpen = old !== null;
      // Whoever finds the old one closed finds the new one open.
      if (!isOpen) (await connectTo(portOf(after))).close();
    }
    await send(conn, "b");
    assert.equal((await readExactly(conn, 1))[0], 98);
    using other = await connectTo(portOf(after));
    await send(other, "c");
    assert.equal((await readExactly(other, 1))[0], 99);
  });
}
