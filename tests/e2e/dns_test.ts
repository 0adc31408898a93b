import { strict as assert } from "node:assert";
import type { Mode } from "../../proxy/options.ts";
import { TEST_CA } from "../support/certificate.ts";
import {
  type DnsTestServer,
  startDns,
  startHttps,
  startStream,
  type Zone,
  zoneOf,
} from "../support/dns.ts";
import { eventually, within } from "../support/eventually.ts";
import { type Ended, runToEnd } from "../support/executable.ts";
import { headEnds, OK, startOrigin } from "../support/http.ts";
import { haveCurl, runProgram } from "../support/program.ts";
import { type ProxyProgram, startProxyProgram, startTestProxy } from "../support/proxy.ts";
import { startUdpEcho, UdpClient } from "../support/socks.ts";
import { connectTo, echo, readAll, readUntil, send, startTcp } from "../support/tcp.ts";

const ignore = !haveCurl();
/** A name that nobody knows but the test's server. */
const ZONE = zoneOf({ "origin.test": ["127.0.0.1"] });

function curl(...args: string[]): Promise<Ended> {
  return runToEnd("curl", ["-sS", "-m", "30", ...args], ".");
}

/** How curl asks for the target through a proxy of the mode. */
function route(mode: Mode, { address }: ProxyProgram, target: string): string[] {
  if (mode === "tcp") return [`http://${address}/`];
  const scheme = mode === "http" ? "http" : "socks5h";
  return ["-x", `${scheme}://${address}`, `http://${target}/`];
}

for (const mode of ["tcp", "http", "socks5"] as const) {
  Deno.test({ name: `${mode}: --dns resolves what curl asks for`, ignore }, async () => {
    await using origin = startOrigin(OK);
    await using dns = await startDns(ZONE);
    const target = `origin.test:${origin.port}`;
    const flags: Record<string, string> = mode === "tcp" ? { target } : {};
    await using proxy = await startProxyProgram(mode, { dns: dns.flag, ...flags });
    for (let i = 0; i < 2; i++) {
      const { stdout, stderr } = await curl(...route(mode, proxy, target));
      assert.equal(stdout, "ok", stderr);
    }
    assert.deepEqual(dns.queries.toSorted(), ["A origin.test", "AAAA origin.test"]);
    assert.equal(origin.heads.length, 2);
  });
}

const starters: [kind: string, start: (zone: Zone) => DnsTestServer][] = [
  ["tls", (zone) => startStream("tls", zone)],
  ["https", startHttps],
];
for (const [kind, start] of starters) {
  Deno.test({ name: `--dns ${kind}:// trusts DENO_CERT, in a worker`, ignore }, async () => {
    await using origin = startOrigin(OK);
    await using dns = start(ZONE);
    const file = await Deno.makeTempFile({ suffix: ".pem" });
    await Deno.writeTextFile(file, TEST_CA);
    try {
      const env = { DENO_CERT: file };
      await using proxy = await startProxyProgram("http", { dns: dns.flag, workers: "2" }, env);
      const args = route("http", proxy, `origin.test:${origin.port}`);
      const { stdout, stderr } = await curl(...args);
      assert.equal(stdout, "ok", stderr + proxy.program.stderr);
      assert.deepEqual(dns.queries.toSorted(), ["A origin.test", "AAAA origin.test"]);
    } finally {
      await Deno.remove(file);
    }
  });
}

Deno.test(
  { name: "--dns tells a missing name from a server that does not answer", ignore },
  async () => {
    await using dns = await startDns((name, type, over) =>
      name === "broken.test" ? { rcode: "SERVFAIL" } : ZONE(name, type, over)
    );
    await using http = await startProxyProgram("http", { dns: dns.flag });
    const answer = async (target: string) =>
      (await curl("-x", `http://${http.address}`, `http://${target}/`)).stdout;
    assert.match(await answer("missing.test"), /^502 .*missing\.test:80: ENOTFOUND/);
    assert.match(await answer("broken.test"), /^502 .*broken\.test:80: ESERVFAIL/);
    await http.report(
      "both are counted",
      (report) =>
        report.kind === "detail" && report.reasons.name_not_found === 1 &&
        report.reasons.name_error === 1,
    );
  },
);

Deno.test(
  { name: "--dns says once that a server fails, and asks the next one", ignore },
  async () => {
    await using origin = startOrigin(OK);
    await using broken = startStream("tcp", () => new Uint8Array());
    await using dns = startStream("tcp", ZONE);
    const flags = { dns: `${broken.flag},${dns.flag}`, dnsCacheSize: "0" };
    await using proxy = await startProxyProgram("socks5", flags);
    for (let i = 0; i < 2; i++) {
      const args = route("socks5", proxy, `origin.test:${origin.port}`);
      const { stdout, stderr } = await curl(...args);
      assert.equal(stdout, "ok", stderr);
    }
    const lines = proxy.program.stderr.trim().split("\n");
    assert.equal(lines.length, 1, proxy.program.stderr);
    assert.match(
      lines[0],
      new RegExp(`DNS server ${broken.flag} fails, and is asked last for a while`),
    );
  },
);

Deno.test("--dns resolves for health checks, and backends too", async () => {
  await using backend = startTcp(echo);
  await using dns = await startDns(ZONE);
  await using _proxy = startTestProxy("tcp", {
    target: `origin.test:${backend.port}`,
    healthcheck: "tcp",
    dns: dns.flag,
  });
  await eventually("the backend is checked", () => backend.accepted.length > 0);
  assert.deepEqual(dns.queries.toSorted(), ["A origin.test", "AAAA origin.test"]);
});

Deno.test("--dns resolves the targets of UDP ASSOCIATE", async () => {
  await using target = startUdpEcho();
  await using dns = await startDns(ZONE);
  await using proxy = startTestProxy("socks5", { dns: dns.flag });
  using client = await UdpClient.open(proxy.port);
  await client.send({ host: "origin.test", port: target.address.port }, "hello");
  assert.equal(await client.text(), "hello");
  assert.deepEqual(dns.queries.toSorted(), ["A origin.test", "AAAA origin.test"]);
});

Deno.test("--dns resolves for the access rules, and for --check-access", async () => {
  await using target = startTcp(echo);
  await using dns = await startDns(ZONE);
  await using http = startTestProxy("http", {
    dns: dns.flag,
    access: ["--deny-target 127.0.0.0/8"],
  });
  using conn = await connectTo(http.port);
  await send(conn, `CONNECT origin.test:${target.port} HTTP/1.1\r\nHost: origin.test\r\n\r\n`);
  assert.match(await readUntil(conn, headEnds), /^HTTP\/1\.1 403 /);
  const check = ["--check-access", "127.0.0.1", "origin.test:80"];
  const { code, stdout } = await runProgram(["--mode", "http", "--dns", dns.flag, ...check]);
  assert.equal(code, 0);
  assert.match(stdout, /^target origin\.test:80 at 127\.0\.0\.1: allowed/m);
});

Deno.test("A proxy that ends closes its connection to a DNS server, whoever waits", async () => {
  const [asked, closed] = [Promise.withResolvers<void>(), Promise.withResolvers<void>()];
  await using silent = startTcp(async (conn) => {
    await conn.read(new Uint8Array(512));
    asked.resolve();
    await readAll(conn);
    closed.resolve();
  });
  const flags = { dns: `tcp://${silent.address}`, dnsTimeout: "60", connectTimeout: "60" };
  const proxy = startTestProxy("http", flags);
  using conn = await connectTo(proxy.port);
  await send(conn, "GET http://a.test/ HTTP/1.1\r\nHost: a.test\r\n\r\n");
  await within("the query arrives", asked.promise);
  await proxy[Symbol.asyncDispose]();
  await within("the connection is closed", closed.promise);
});
