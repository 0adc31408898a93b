import { strict as assert } from "node:assert";
import { join } from "node:path";
import config from "../deno.json" with { type: "json" };
import { ALL_USERS, APACHE, TempFile } from "./support/htpasswd.ts";
import { readUntil, send } from "./support/tcp.ts";
import { CertificateFolder, connectTls } from "./support/tls.ts";
import { startDns, zoneOf } from "./support/dns.ts";
import { eventually } from "./support/eventually.ts";
import { freeAddress, freeManagerAddress } from "./support/addresses.ts";
import { compileExecutable, Running, runToEnd } from "./support/executable.ts";

const WINDOWS = Deno.build.os === "windows";

const folder = await Deno.makeTempDir({ prefix: "rustproxy-binary-" });
Deno.test.afterAll(() => Deno.remove(folder, { recursive: true }));

const compiled = await compileExecutable(join(folder, "dist"));
if (!compiled) console.log("The executable's tests are skipped: its base cannot be downloaded");
const ignore = compiled === undefined;

/** The executable's own folder, with nothing beside it. */
const alone = join(folder, "alone");
const executable = join(alone, WINDOWS ? "rustproxy.exe" : "rustproxy");
await Deno.mkdir(alone);
if (compiled) await Deno.copyFile(compiled, executable);

/** The status and the text of a page, once the server answers. */
function page(
  url: string,
  init?: RequestInit,
): Promise<[status: number, type: string, text: string]> {
  return eventually(`GET ${url}`, async () => {
    const response = await fetch(url, init);
    const type = response.headers.get("content-type") ?? "";
    return [response.status, type, await response.text()];
  });
}

Deno.test({ name: "Executable tells the version of deno.json", ignore }, async () => {
  const { code, stdout } = await runToEnd(executable, ["--version"], alone);
  assert.equal(code, 0);
  assert.match(stdout, new RegExp(`\\b${config.version.replaceAll(".", "\\.")}\\b`));
});

Deno.test(
  { name: "Executable refuses wrong use with exit code 2 and one line", ignore },
  async () => {
    for (
      const args of [["--listne", ":1"], ["--mode", "carrier-pigeon"], ["--manager", "--listen"]]
    ) {
      const { code, stdout, stderr } = await runToEnd(executable, args, alone);
      assert.equal(code, 2, args.join(" "));
      assert.match(stderr, /^\S.*\n$/);
      assert.equal(stdout, "");
    }
  },
);

Deno.test(
  { name: "Executable names a port in use and ends with exit code 1", ignore },
  async () => {
    using taken = Deno.listen({ hostname: "127.0.0.1", port: 0 });
    const address = `127.0.0.1:${taken.addr.port}`;
    const stats = ["--stats-listen", "127.0.0.1:0"];
    for (const args of [["--mode", "http"], ["--manager", "--no-history", ...stats]]) {
      const { code, stderr } = await runToEnd(executable, [...args, "--listen", address], alone);
      assert.equal(code, 1, args.join(" "));
      assert.match(stderr, new RegExp(`^rustproxy: .*${address}.*\\n$`));
    }
  },
);

Deno.test({ name: "Executable serves the embedded dashboard and the API", ignore }, async () => {
  const address = freeManagerAddress();
  await using manager = new Running(
    executable,
    ["--manager", "--no-history", "--listen", address],
    alone,
  );
  const health = await page(`http://${address}/api/health`);
  assert.equal(JSON.parse(health[2]).status, "healthy");
  const pages: [path: string, type: RegExp, content: RegExp][] = [
    ["/", /^text\/html/, /<div id="app">/],
    ["/app.js", /^(text|application)\/javascript/, /WebSocket/],
    ["/app.css", /^text\/css/, /tailwindcss/],
  ];
  for (const [path, expectedType, content] of pages) {
    const [status, type, text] = await page(`http://${address}${path}`);
    assert.equal(status, 200, path);
    assert.match(type, expectedType);
    assert.ok(content.test(text), `${path} holds ${content}`);
  }
  await assertEndsWell(manager);
});

Deno.test(
  { name: "Executable relays a request and reports it to its manager, sealed", ignore },
  async () => {
    await using origin = Deno.serve(
      { hostname: "127.0.0.1", port: 0, onListen() {} },
      () => new Response("from the origin"),
    );
    const [managerAddress, proxyAddress] = [freeManagerAddress(), freeAddress()];
    const { stdout: key } = await runToEnd(executable, ["--print-key"], alone);
    const sealed = { RUSTPROXY_STATS_KEY: key.trim() };
    const data = ["--data-dir", join(folder, "data")];
    const listen = ["--manager", ...data, "--listen", managerAddress];
    await using manager = new Running(executable, listen, alone, sealed);
    await using dns = await startDns(zoneOf({ "origin.test": ["127.0.0.1"] }));
    const args = ["--mode", "http", "--listen", proxyAddress, "--report-interval", "1"];
    args.push("--dns", dns.flag);
    // Where the system can balance, with workers, whose module is embedded too.
    if (Deno.build.os === "linux") args.push("--workers", "2");
    await using proxy = new Running(executable, args, alone, {
      RUSTPROXY_MANAGER: managerAddress,
      ...sealed,
    });

    using client = Deno.createHttpClient({ proxy: { url: `http://${proxyAddress}` } });
    const init: RequestInit & { client: Deno.HttpClient } = { client };
    const [, , text] = await page(`http://origin.test:${origin.addr.port}/`, init);
    assert.equal(text, "from the origin");

    const [reported] = await eventually("The manager knows the connection", async () => {
      const proxies = await (await fetch(`http://${managerAddress}/api/proxies`)).json();
      return proxies[0]?.total_bytes_received > 0 ? proxies : undefined;
    });
    assert.equal(reported.proxy_type, "http");
    assert.equal(reported.listen_addr, proxyAddress);
    assert.equal(reported.total_connections, 1);
    await eventually("The manager has it in its history", async () => {
      const top = await (await fetch(`http://${managerAddress}/api/top?by=client`)).json();
      return top.entries?.[0]?.key === "127.0.0.1";
    });
    await assertEndsWell(proxy);
    await assertEndsWell(manager);
  },
);

Deno.test(
  { name: "Executable speaks TLS and checks the passwords of a file", ignore },
  async () => {
    await using users = new TempFile(ALL_USERS);
    await using certificate = new CertificateFolder();
    const address = freeAddress();
    const { tlsCert, tlsKey } = certificate.flags;
    const args = ["--mode", "http", "--listen", address, "--auth-file", users.path];
    args.push("--tls-cert", tlsCert, "--tls-key", tlsKey);
    // The thread that checks passwords is started by a worker then.
    if (Deno.build.os === "linux") args.push("--workers", "2");
    await using proxy = new Running(executable, args, alone);
    const ask = async (password: string) => {
      using conn = await connectTls(Number(address.split(":")[1]));
      const credentials = `Proxy-Authorization: Basic ${btoa(`ann:${password}`)}\r\n`;
      await send(conn, `GET http://127.0.0.1:1/ HTTP/1.1\r\nHost: x\r\n${credentials}\r\n`);
      return await readUntil(conn, (text) => text.includes("\r\n\r\n"));
    };
    assert.match(await eventually("It serves", () => ask("wrong")), /^HTTP\/1\.1 407 /);
    // Nothing listens on port 1, but who is let in is told so.
    assert.match(await ask(APACHE.bcryptPassword), /^HTTP\/1\.1 502 /);
    await assertEndsWell(proxy);
  },
);

async function assertEndsWell(program: Running): Promise<void> {
  const { code, stderr } = await program.terminate();
  // Windows has no signal that a program could answer: there, it is simply ended.
  if (!WINDOWS) assert.equal(code, 0, stderr);
}
