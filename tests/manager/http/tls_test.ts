import { strict as assert } from "node:assert";
import { type Handler, HttpServer } from "../../../manager/server.ts";
import type { FrontLimits } from "../../../manager/http/front.ts";
import { openCertificate } from "../../../proxy/tls/certificate.ts";
import { eventually, within } from "../../support/eventually.ts";
import { errorCode, ReplyReader, request } from "../../support/raw_http.ts";
import { connectTo, readAll, send } from "../../support/tcp.ts";
import { CertificateFolder, connectTls, FIRST, SECOND } from "../../support/tls.ts";

const ANY = { host: "127.0.0.1", port: 0 };
const LONG = { head: 600_000, body: 600_000, idle: 600_000, stall: 600_000, linger: 600_000 };
const who: Handler = (_, { secure, ip }) => new Response(`${ip} ${secure}`);

interface SetUp {
  server: HttpServer;
  port: number;
  /** Puts another certificate in the place of the one in use. */
  swap(certificate: typeof FIRST): Promise<void>;
}

/** A server with TLS; the deadlines that are not given are too long to matter. */
async function withTls(
  handler: Handler,
  limits: Partial<FrontLimits>,
  test: (setUp: SetUp) => Promise<void>,
): Promise<void> {
  await using folder = new CertificateFolder();
  const { tlsCert: cert, tlsKey: key } = folder.flags;
  const certificate = openCertificate({ cert, key }, { silent: true });
  const server = new HttpServer(ANY, handler, { ...LONG, ...limits }, { certificate });
  const swap = async (other: typeof FIRST) => {
    folder.write(other);
    await certificate.check();
    await certificate.check();
  };
  try {
    await test({ server, port: server.addr.port, swap });
    await eventually("no connection is left", () => server.connections === 0);
  } finally {
    await server.stop();
  }
}

async function exchange(conn: Deno.Conn): Promise<string> {
  await send(conn, request("GET", "/"));
  const reply = await new ReplyReader(conn).next();
  assert.equal(reply?.status, 200);
  return reply!.body;
}

Deno.test("Front speaks TLS, and says so", async () => {
  await withTls(who, {}, async ({ port }) => {
    using conn = await connectTls(port);
    assert.equal(await exchange(conn), "127.0.0.1 true");
    assert.equal(await exchange(conn), "127.0.0.1 true", "the connection is kept");
  });
});

Deno.test("Front changes its certificate 20 times and refuses none who connect meanwhile", async () => {
  await withTls(who, {}, async ({ port, swap, server }) => {
    let swapping = true;
    let served = 0;
    const lost: unknown[] = [];
    const client = async () => {
      while (swapping) {
        try {
          using conn = await connectTls(port, FIRST, SECOND);
          await exchange(conn);
          served++;
        } catch (error) {
          lost.push(error);
        }
      }
    };
    using old = await connectTls(port, FIRST);
    const clients = Array.from({ length: 4 }, client);
    for (let i = 0; i < 20; i++) {
      const [certificate, other] = i % 2 === 0 ? [SECOND, FIRST] : [FIRST, SECOND];
      await swap(certificate);
      (await connectTls(port, certificate)).close();
      await assert.rejects(connectTls(port, other), "the former one is not used any more");
      const before = served;
      await eventually("clients go on", () => served > before + 4);
    }
    swapping = false;
    await Promise.all(clients);
    await exchange(old);
    assert.deepEqual(lost, []);
    assert.ok(served > 80, `${served} connections`);
    // Those that did not trust the certificate.
    await eventually("they are counted", () => server.refusals.counts.tls_failed === 20);
  });
});

Deno.test("Front tells who does not speak TLS that this port does, and counts it", async () => {
  await withTls(who, {}, async ({ server, port }) => {
    for (const bytes of [request("GET", "/"), "hello\r\n", "\x00\x01"]) {
      using conn = await connectTo(port);
      await send(conn, bytes);
      const replies = new ReplyReader(conn);
      const reply = await replies.next();
      assert.deepEqual([reply?.status, errorCode(reply)], [400, "not_tls"]);
      assert.match(reply!.body, /https:\/\//);
      assert.equal(await replies.next(), null);
    }
    (await connectTo(port)).close();
    await eventually("they are gone", () => server.connections === 0);
    assert.equal(server.refusals.counts.not_tls, 3);
  });
});

Deno.test("Front gives a handshake no more time than a head", async () => {
  await withTls(who, { head: 300 }, async ({ server, port }) => {
    using silent = await connectTo(port);
    using half = await connectTo(port);
    // The begin of a record that says more is to come.
    await send(half, new Uint8Array([22, 3, 1, 2, 0, 1, 0, 1, 252, 3, 3]));
    for (const conn of [silent, half]) {
      await within("it is ended", readAll(conn).catch(() => {}));
    }
    await eventually("they are counted", () => server.refusals.counts.tls_failed === 2);
  });
});

Deno.test("Front gives a head over TLS no more time than another", async () => {
  await withTls(who, { head: 1_500 }, async ({ server, port }) => {
    // On a machine that is busy the handshake alone may take the time.
    const late = await eventually("a handshake is in time", () => connectTls(port), 60_000);
    await send(late, "GET / HTTP/1.1\r\n");
    assert.equal((await new ReplyReader(late).next())?.status, 408);
    late.close();
    assert.equal(server.refusals.counts.slow_head, 1);
  });
});

Deno.test("Front delivers the whole of a last reply over TLS, though it has closed", async () => {
  const size = 24 << 20;
  const large: Handler = () => new Response(new Uint8Array(size));
  await withTls(large, { linger: 100 }, async ({ port }) => {
    using conn = await connectTls(port);
    await send(conn, request("GET", "/", "Connection: close"));
    const bytes = await within("all of it comes", readAll(conn));
    assert.ok(bytes.length > size, `${bytes.length} bytes`);
  });
});

Deno.test("Front ends a client over TLS that does not take its reply", async () => {
  const large: Handler = () => new Response(new Uint8Array(64 << 20));
  await withTls(large, { stall: 300 }, async ({ server, port }) => {
    using conn = await connectTls(port);
    await send(conn, request("GET", "/"));
    await eventually("it is counted", () => server.refusals.counts.stalled === 1);
    await eventually("it is gone", () => server.connections === 0);
    await readAll(conn).catch(() => {});
  });
});

Deno.test("Front ends when it is told to, whoever is in a handshake or takes nothing", async () => {
  const large: Handler = () => new Response(new Uint8Array(64 << 20));
  const server = new HttpServer(ANY, large, LONG, { certificate: { value: FIRST } });
  const { port } = server.addr;
  using silent = await connectTo(port);
  using half = await connectTo(port);
  await send(half, new Uint8Array([22, 3, 1, 2, 0, 1, 0, 1, 252, 3, 3]));
  using deaf = await connectTls(port);
  await send(deaf, request("GET", "/"));
  await new ReplyReader(deaf).head();
  await within("it stops", server.stop());
  assert.equal(server.connections, 0);
  for (const conn of [silent, half, deaf]) await readAll(conn).catch(() => {});
});
