import { strict as assert } from "node:assert";
import type { FrontLimits } from "../../../manager/http/front.ts";
import type { Refusal } from "../../../manager/http/refusals.ts";
import { type Handler, HttpServer } from "../../../manager/server.ts";
import { eventually, within } from "../../support/eventually.ts";
import { connectTo, readText, readUntil, send } from "../../support/tcp.ts";

const REQUEST = "GET / HTTP/1.1\r\nHost: x\r\n\r\n";
const SHORT = 300;
const hello: Handler = () => new Response("hello");

/** A server with these limits; the others are too long to matter. */
async function withServer(
  limits: Partial<FrontLimits>,
  handler: Handler,
  test: (server: HttpServer) => Promise<void>,
): Promise<void> {
  const long = { head: 600_000, body: 600_000, idle: 600_000, stall: 600_000, linger: 2_000 };
  const server = new HttpServer({ host: "127.0.0.1", port: 0 }, handler, { ...long, ...limits });
  try {
    await test(server);
    await eventually("no connection is left", () => server.connections === 0);
  } finally {
    await server.stop();
  }
}

/** Waits until so many have been turned away for this reason. */
function refused(server: HttpServer, reason: Refusal, count: number): Promise<boolean> {
  return eventually(`${count} × ${reason}`, () => server.refusals.counts[reason] === count);
}

async function connect(server: HttpServer): Promise<Deno.TcpConn> {
  return await connectTo(server.addr.port);
}

/** The rest of what comes; "" where the connection was reset. */
async function rest(conn: Deno.TcpConn): Promise<string> {
  return await within("the connection ends", readText(conn).catch(() => ""));
}

Deno.test("Front tells the application who the client is, and passes requests one after the other", async () => {
  let clients = new Set<number>();
  const who: Handler = (request, client) => {
    clients.add(client.port);
    return new Response(`${client.ip} ${new URL(request.url).pathname};`);
  };
  await withServer({}, who, async (server) => {
    using conn = await connect(server);
    const paths = ["/a", "/b", "/c"];
    // All at once, and cut where no reader would expect it.
    const text = paths.map((path) => `GET ${path} HTTP/1.1\r\nHost: x\r\n\r\n`).join("");
    await send(conn, text.slice(0, 40));
    await send(conn, text.slice(40));
    const replies = await readUntil(conn, (text) => text.includes("/c;"));
    assert.deepEqual(
      replies.match(/127\.0\.0\.1 \/\w;/g),
      paths.map((path) => `127.0.0.1 ${path};`),
    );
    assert.deepEqual([...clients], [conn.localAddr.port]);
    clients = new Set();
  });
});

Deno.test("Front answers slow heads with 408, and lets no number of them keep others out", async () => {
  await withServer({ head: SHORT, connections: 20 }, hello, async (server) => {
    const slow = await Promise.all(Array.from({ length: 20 }, () => connect(server)));
    let dripping = true;
    const drips = slow.map(async (conn, i) => {
      await send(conn, i % 2 === 0 ? "GET / HTTP/1.1\r\n" : "");
      while (dripping && i % 2 === 0) {
        await conn.write(new TextEncoder().encode("X-Drip: 1\r\n"));
        await new Promise((resolve) => setTimeout(resolve, 20));
      }
    });
    const answers = await Promise.all(slow.map(rest));
    dripping = false;
    await Promise.allSettled(drips);
    for (const conn of slow) conn.close();
    assert.ok(answers.some((text) => text.startsWith("HTTP/1.1 408 ")), answers[1]);
    await refused(server, "slow_head", 20);
    await eventually("another client is served", async () => {
      using conn = await connect(server);
      await send(conn, REQUEST);
      return (await readUntil(conn, (text) => text.includes("\r\n\r\n"))).includes("200 OK");
    });
  });
});

Deno.test("Front ends a later head that is slow too", async () => {
  await withServer({ head: SHORT }, hello, async (server) => {
    using conn = await eventually("a first request is in time", async () => {
      const conn = await connect(server);
      await send(conn, REQUEST);
      if ((await readUntil(conn, (text) => text.includes("hello"))).includes("200")) return conn;
      conn.close();
    });
    const before = server.refusals.counts.slow_head;
    await send(conn, "GET / HTTP/1.1\r\n");
    await rest(conn);
    await refused(server, "slow_head", before + 1);
  });
});

Deno.test("Front ends a connection on which no further request comes", async () => {
  await withServer({ idle: SHORT }, hello, async (server) => {
    using conn = await connect(server);
    await send(conn, REQUEST);
    assert.match(await rest(conn), /hello/);
    await refused(server, "idle", 1);
  });
});

Deno.test("Front turns away with 503 what is beyond its connections, and serves again when they end", async () => {
  await withServer({ connections: 30 }, hello, async (server) => {
    const idle: Deno.TcpConn[] = [];
    for (let i = 0; i < 120; i++) idle.push(await connect(server));
    await refused(server, "too_many_connections", 90);
    assert.equal(server.connections, 30);
    assert.match(await rest(idle[119]), /^HTTP\/1\.1 503 .*too_many_connections/s);
    for (const conn of idle) conn.close();
    await eventually("they made room", async () => {
      using conn = await connect(server);
      await send(conn, REQUEST);
      return (await readUntil(conn, (text) => text.includes("\r\n\r\n"))).includes("200 OK");
    });
  });
});

Deno.test("Front turns away with 429 a client with too many connections", async () => {
  await withServer({ connectionsPerClient: 2 }, hello, async (server) => {
    const conns = [await connect(server), await connect(server)];
    using third = await connect(server);
    assert.match(await rest(third), /^HTTP\/1\.1 429 .*Retry-After: .*too_many_of_client/s);
    await refused(server, "too_many_of_client", 1);
    for (const conn of conns) conn.close();
    await eventually("its places are given back", () => server.connections === 0);
  });
});

Deno.test("Front refuses heads without end, and HTTP/2, which would hide its requests", async () => {
  const table: [text: string, status: number, reason: Refusal][] = [
    [`GET / HTTP/1.1\r\nX: ${"y".repeat(70_000)}`, 431, "head_too_large"],
    ["PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", 505, "not_http"],
    ["\x16\x03\x01\x02\n\n", 400, "not_http"],
  ];
  for (const [text, status, reason] of table) {
    await withServer({}, hello, async (server) => {
      using conn = await connect(server);
      await send(conn, text);
      assert.match(await rest(conn), new RegExp(`^HTTP/1\\.1 ${status} `), reason);
      await refused(server, reason, 1);
    });
  }
});

Deno.test("Front ends a client that does not take its reply", async () => {
  const large: Handler = () => new Response(new Uint8Array(64 << 20));
  await withServer({ stall: SHORT }, large, async (server) => {
    using conn = await connect(server);
    await send(conn, REQUEST);
    await refused(server, "stalled", 1);
    await rest(conn);
  });
});

Deno.test("Front ends a request of which nothing is heard any more", async () => {
  const never: Handler = () => new Promise<Response>(() => {});
  await withServer({ stall: SHORT }, never, async (server) => {
    using conn = await connect(server);
    await send(conn, REQUEST);
    await rest(conn);
    await refused(server, "stalled", 1);
  });
});

Deno.test("Front brings a reply to a client that is still sending", async () => {
  const early: Handler = () =>
    new Response("enough", { status: 413, headers: { connection: "close" } });
  await withServer({}, early, async (server) => {
    using conn = await connect(server);
    const body = "x".repeat(200_000);
    await send(conn, `POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 99999999\r\n\r\n`);
    const sending = (async () => {
      for (let i = 0; i < 100; i++) await send(conn, body);
    })().catch(() => {});
    const text = await readUntil(conn, (text) => text.includes("enough"));
    assert.match(text, /^HTTP\/1\.1 413 /);
    conn.close();
    await sending;
  });
});

Deno.test("Front ends a body that comes too slowly, though it never stops", async () => {
  const take: Handler = (request) =>
    request.text().then(() => new Response(), () => new Response());
  await withServer({ body: SHORT }, take, async (server) => {
    using conn = await connect(server);
    await send(conn, "POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 9999\r\n\r\n");
    let ended = false;
    const end = rest(conn).finally(() => ended = true);
    while (!ended) {
      await send(conn, "x").catch(() => {});
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
    await end;
    await refused(server, "slow_body", 1);
  });
});

Deno.test("Front brings the reply to a client that has ended its side", async () => {
  const asked = Promise.withResolvers<void>();
  const answer = Promise.withResolvers<Response>();
  const late: Handler = () => {
    asked.resolve();
    return answer.promise;
  };
  await withServer({}, late, async (server) => {
    using conn = await connect(server);
    await send(conn, REQUEST);
    await conn.closeWrite();
    await asked.promise;
    answer.resolve(new Response("late"));
    assert.match(await rest(conn), /^HTTP\/1\.1 200 .*late$/s);
  });
});
