import { strict as assert } from "node:assert";
import { decodeRecord } from "../../proxy/stats/report.ts";
import { runToEnd } from "../support/executable.ts";
import { haveCurl } from "../support/program.ts";
import { startTestProxy, type TestProxy } from "../support/proxy.ts";
import { startUdpEcho } from "../support/socks.ts";
import { readUntil, send, startTcp, type TcpServer } from "../support/tcp.ts";

const noCurl = !haveCurl();
const noNcat = !runs("ncat", ["--version"]);
if (noNcat) console.log("Tests with ncat are skipped: it is not on PATH");
/** Debian's modules are those of its own Python, which need not be the first on PATH. */
const python = ["python3", "/usr/bin/python3"].find((name) => runs(name, ["-c", "import socks"]));
if (!python) console.log("Tests with PySocks are skipped: no Python has it (python3-socks)");

function runs(command: string, args: string[]): boolean {
  try {
    const options = { args, stdout: "null", stderr: "null" } as const;
    return new Deno.Command(command, options).outputSync().success;
  } catch {
    return false;
  }
}

/** Answers any request for a page. */
function startPage(hostname = "127.0.0.1"): TcpServer {
  return startTcp(async (conn) => {
    await readUntil(conn, (text) => text.endsWith("\r\n\r\n"));
    await send(conn, "HTTP/1.0 200 OK\r\n\r\nbehind the proxy");
  }, hostname);
}

/** Waits for a record of a connection to the target, or to its port by this user. */
async function recorded(proxy: TestProxy, target: string, user: string): Promise<void> {
  await proxy.report(
    `${user || "nobody"} is seen at ${target}`,
    (report) =>
      report.kind === "connections" &&
      report.connections.map(decodeRecord).some((record) =>
        record.target === target && record.user === user && record.state === "closed"
      ),
  );
}

Deno.test({ name: "curl gets a page through every kind of SOCKS", ignore: noCurl }, async () => {
  await using page = startPage();
  await using six = startPage("::1");
  await using open = startTestProxy("socks5", { socks4: true });
  await using locked = startTestProxy("socks5", { socks4: true, auth: "ann:pass:word" });
  const named = `localhost:${page.port}`;
  const cases: [proxy: TestProxy, scheme: string, user: string, target: string, seen: string][] = [
    [open, "socks5", "", page.address, page.address],
    [open, "socks5", "", six.address, six.address],
    [open, "socks5h", "", named, named],
    [open, "socks4", "", page.address, page.address],
    [open, "socks4", "carol", page.address, page.address],
    [open, "socks4a", "dave", named, named],
    [locked, "socks5", "ann:pass%3Aword", page.address, page.address],
    [locked, "socks5h", "ann:pass%3Aword", named, named],
  ];
  for (const [proxy, scheme, user, target, seen] of cases) {
    const by = `${scheme}://${user ? `${user}@` : ""}${proxy.address}`;
    const got = await runToEnd("curl", ["-sS", "-m", "20", "-x", by, `http://${target}/`], ".");
    assert.deepEqual([got.stdout, got.stderr, got.code], ["behind the proxy", "", 0], by);
    await recorded(proxy, seen, user.split(":")[0]);
  }
  for (const by of ["socks5://ann:wrong@", "socks5://", "socks4://ann@"]) {
    const args = ["-sS", "-m", "20", "-x", `${by}${locked.address}`, `http://${page.address}/`];
    const { code, stdout } = await runToEnd("curl", args, ".");
    assert.deepEqual([code, stdout], [97, ""], by);
  }
});

Deno.test({ name: "ncat gets a page through SOCKS4 and SOCKS5", ignore: noNcat }, async () => {
  await using page = startPage();
  await using open = startTestProxy("socks5", { socks4: true });
  await using locked = startTestProxy("socks5", { auth: "ann:secret" });
  const cases: [proxy: TestProxy, type: string, options: string[], user: string][] = [
    [open, "socks4", [], ""],
    [open, "socks4", ["--proxy-auth", "erin"], "erin"],
    [open, "socks5", [], ""],
    [locked, "socks5", ["--proxy-auth", "ann:secret"], "ann"],
  ];
  for (const [proxy, type, options, user] of cases) {
    const args = ["--proxy", proxy.address, "--proxy-type", type, ...options, "127.0.0.1"];
    await using child = new Deno.Command("ncat", {
      args: [...args, `${page.port}`],
      stdin: "piped",
      stdout: "piped",
      stderr: "inherit",
    }).spawn();
    const writer = child.stdin.getWriter();
    await writer.write(new TextEncoder().encode("GET / HTTP/1.0\r\n\r\n"));
    await writer.close();
    assert.match(await new Response(child.stdout).text(), /behind the proxy$/, type);
    assert.equal((await child.status).code, 0);
    await recorded(proxy, page.address, user);
  }
});

/** Prints a line for each thing that has worked. */
const PYSOCKS = `
import socks, sys
kind, host, port, user, password = sys.argv[1:6]
tcp, udp, name = int(sys.argv[6]), int(sys.argv[7]), sys.argv[8]
def proxied(*family):
    s = socks.socksocket(*family)
    s.set_proxy(getattr(socks, kind), host, int(port), True, user or None, password or None)
    s.settimeout(20)
    return s
s = proxied()
s.connect((name, tcp))
s.sendall(b"GET / HTTP/1.0\\r\\n\\r\\n")
page = b""
while True:
    piece = s.recv(4096)
    if not piece: break
    page += piece
print("tcp", page.decode().splitlines()[-1])
if udp:
    import socket
    u = proxied(socket.AF_INET, socket.SOCK_DGRAM)
    for target in ("127.0.0.1", name):
        for size in (5, 9000):
            u.sendto(b"x" * size, (target, udp))
            payload, source = u.recvfrom(65535)
            print("udp", target, len(payload), source == ("127.0.0.1", udp))
`;

Deno.test({ name: "PySocks works over TCP and UDP", ignore: !python }, async () => {
  await using page = startPage();
  await using echo = startUdpEcho();
  await using open = startTestProxy("socks5", { socks4: true });
  await using locked = startTestProxy("socks5", { auth: "ann:secret" });
  const udp = ["127.0.0.1", "localhost"].flatMap((host) =>
    [5, 9000].map((size) => `udp ${host} ${size} True`)
  );
  const cases: [proxy: TestProxy, kind: string, credentials: string[], udp: boolean][] = [
    [open, "SOCKS5", ["", ""], true],
    [locked, "SOCKS5", ["ann", "secret"], true],
    [open, "SOCKS4", ["frank", ""], false],
  ];
  for (const [proxy, kind, credentials, withUdp] of cases) {
    const ports = [`${page.port}`, `${withUdp ? echo.address.port : 0}`];
    const args = [kind, "127.0.0.1", `${proxy.port}`, ...credentials, ...ports, "localhost"];
    const { code, stdout, stderr } = await runToEnd(python!, ["-c", PYSOCKS, ...args], ".");
    assert.equal(code, 0, stderr);
    const lines = ["tcp behind the proxy", ...withUdp ? udp : []];
    assert.deepEqual(stdout.trimEnd().split("\n"), lines);
    await recorded(proxy, `localhost:${page.port}`, credentials[0]);
    if (withUdp) await recorded(proxy, `localhost:${echo.address.port}`, credentials[0]);
  }
});
