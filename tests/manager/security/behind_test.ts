import { strict as assert } from "node:assert";
import { withExposed } from "../../support/exposed.ts";
import { errorCode, request } from "../../support/raw_http.ts";
import { CertificateFolder, connectTls } from "../../support/tls.ts";
import { ReplyReader } from "../../support/raw_http.ts";
import { send } from "../../support/tcp.ts";

const GONE = "/api/proxy/nobody";
const BEHIND = { trustedProxy: ["127.0.0.1"], publicHost: ["fleet.example"] };

Deno.test("A manager believes what a trusted proxy tells of the host, and nobody else", async () => {
  const told = ["Host: upstream", "X-Forwarded-For: 192.0.2.1", "X-Forwarded-Host: fleet.example"];
  await withExposed(BEHIND, async ({ ask, counts }) => {
    assert.equal((await ask(request("GET", "/api/stats", ...told)))?.status, 200);
    const other = [...told.slice(0, 2), "X-Forwarded-Host: evil.example"];
    assert.equal((await ask(request("GET", "/api/stats", ...other)))?.status, 421);
    assert.equal((await ask(request("GET", "/api/stats", "Host: upstream")))?.status, 421);
    await counts({ host_not_allowed: 2 });
  });
  await withExposed({ ...BEHIND, trustedProxy: ["10.0.0.0/8"] }, async ({ ask }) => {
    assert.equal((await ask(request("GET", "/api/stats", ...told)))?.status, 421);
  });
});

Deno.test("A manager takes nobody for a program on its host who comes by a trusted proxy", async () => {
  await withExposed(BEHIND, async ({ ask, counts }) => {
    const table = [
      [],
      ["X-Forwarded-For: 127.0.0.1"],
      ["X-Forwarded-For: ::1"],
      ["X-Forwarded-For: 192.0.2.1"],
      ["Forwarded: for=127.0.0.1"],
      ["X-Real-IP: 127.0.0.1"],
    ];
    for (const fields of table) {
      const reply = await ask(request("DELETE", GONE, ...fields));
      assert.deepEqual([reply?.status, errorCode(reply)], [403, "change_not_allowed"], `${fields}`);
    }
    await counts({ change_not_allowed: table.length });
  });
});

Deno.test("A manager limits the clients of a trusted proxy each on its own, and not the proxy", async () => {
  const flags = { ...BEHIND, maxConnectionsPerClient: "2" };
  await withExposed(flags, async ({ port, counts, ask }) => {
    const viewer = (ip: string) =>
      request(
        ...["GET", "/ws", "Upgrade: websocket", "Connection: Upgrade"] as const,
        "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==",
        "Sec-WebSocket-Version: 13",
        `X-Forwarded-For: ${ip}`,
      );
    const conns: Deno.TcpConn[] = [];
    const join = async (ip: string) => {
      const conn = await Deno.connect({ hostname: "127.0.0.1", port });
      conns.push(conn);
      await send(conn, viewer(ip));
      return (await new ReplyReader(conn).next())?.status;
    };
    const statuses: (number | undefined)[] = [];
    for (const ip of ["192.0.2.1", "192.0.2.1", "192.0.2.1", "192.0.2.2", "192.0.2.1"]) {
      statuses.push(await join(ip));
    }
    assert.deepEqual(statuses, [101, 101, 429, 101, 429]);
    await counts({ too_many_of_client: 2 });
    for (const conn of conns) conn.close();
    // Their places are given back.
    let status: number | undefined;
    do status = (await ask(viewer("192.0.2.1")))?.status; while (status === 429);
    assert.equal(status, 101);
  });
});

Deno.test("A manager asks to come by TLS alone where it is told to, and only those who do", async () => {
  await using folder = new CertificateFolder();
  await withExposed({ ...folder.flags, hsts: "300" }, async ({ port }) => {
    using conn = await connectTls(port);
    await send(conn, request("GET", "/api/nothing"));
    const reply = await new ReplyReader(conn).next();
    assert.equal(reply?.status, 404);
    assert.equal(reply!.headers.get("strict-transport-security"), "max-age=300");
  });
  await withExposed({ ...folder.flags }, async ({ port }) => {
    using conn = await connectTls(port);
    await send(conn, request("GET", "/api/stats"));
    const reply = await new ReplyReader(conn).next();
    assert.equal(reply!.headers.get("strict-transport-security"), null);
  });
  await withExposed({ ...BEHIND, hsts: true }, async ({ ask }) => {
    const sent = async (...fields: string[]) =>
      (await ask(request("GET", "/", ...fields)))!.headers.get("strict-transport-security");
    assert.equal(await sent("X-Forwarded-Proto: https"), "max-age=31536000");
    assert.equal(await sent("X-Forwarded-Proto: http"), null);
    assert.equal(await sent(), null);
  });
});

Deno.test("A manager that is asked by TLS takes no page that came without it for its own", async () => {
  await withExposed(BEHIND, async ({ ask }) => {
    const status = async (proto: string, origin: string) =>
      (await ask(
        request(
          ...["GET", "/api/stats", "Host: fleet.example"] as const,
          `X-Forwarded-Proto: ${proto}`,
          `Origin: ${origin}://fleet.example`,
        ),
      ))?.status;
    assert.equal(await status("https", "https"), 200);
    assert.equal(await status("https", "http"), 403);
    assert.equal(await status("http", "http"), 200);
  });
});

Deno.test("A manager with a base path serves all under it, and nothing beside", async () => {
  await withExposed({ basePath: "/ops/x" }, async ({ ask, counts }) => {
    const table: [target: string, status: number, location?: string][] = [
      ["/ops/x/api/stats", 200],
      ["/ops/x/metrics", 200],
      ["/ops/x/", 503],
      ["/ops/x", 301, "/ops/x/"],
      ["/ops/x?a=b", 301, "/ops/x/?a=b"],
      ["/", 404],
      ["/api/stats", 404],
      ["/ops/api/stats", 404],
      ["/ops/xx/api/stats", 404],
      ["/ops/x/ops/x/api/stats", 404],
      ["/ws", 404],
      ["/ops/x/ws", 426],
    ];
    for (const [target, status, location = null] of table) {
      const reply = await ask(request("GET", target));
      assert.equal(reply?.status, status, target);
      assert.equal(reply!.headers.get("location"), location, target);
    }
    assert.equal((await ask(request("DELETE", "/ops/x/api/proxy/x")))?.status, 404);
    assert.equal((await ask(request("DELETE", "/ops/x/api/stats")))?.status, 405);
    const document = JSON.parse((await ask(request("GET", "/ops/x/api/openapi.json")))!.body);
    assert.deepEqual(document.servers, [{ url: "/ops/x" }]);
    assert.ok(document.paths["/api/stats"]);
    await counts({ method_not_allowed: 1 });
  });
});
