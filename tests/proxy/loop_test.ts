import { strict as assert } from "node:assert";
import { converse, OK, startOrigin } from "../support/http.ts";
import { startTestProxy, type TestProxy } from "../support/proxy.ts";
import { closedPort, connectTo, readAll, send } from "../support/tcp.ts";

/** Every address of this machine, as a target has it. */
function hosts(): string[] {
  const interfaces = Deno.networkInterfaces().filter(({ address, scopeid }) =>
    // A link-local address needs a zone, which a target cannot have.
    !address.startsWith("fe80:") && !scopeid
  );
  const literals = interfaces.map(({ address, family }) =>
    family === "IPv6" ? `[${address}]` : address
  );
  return [
    ...new Set([
      "127.0.0.1",
      "127.1.2.3",
      "0.0.0.0",
      "localhost",
      "[::ffff:127.0.0.1]",
      ...literals,
    ]),
  ];
}

async function countsLoop(proxy: TestProxy): Promise<void> {
  await proxy.report(
    "the loop is counted",
    (report) => report.kind === "detail" && report.reasons.loop_detected >= 1,
  );
}

Deno.test("http mode refuses a target that is itself, by any of its addresses", async () => {
  await using proxy = startTestProxy("http", { listen: "[::]:0" });
  for (const host of [...hosts(), "[::1]", "[::]"]) {
    for (const line of [`GET http://${host}:${proxy.port}/`, `CONNECT ${host}:${proxy.port}`]) {
      const answer = await converse(
        proxy,
        `${line} HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n`,
      );
      assert.match(
        answer,
        /^HTTP\/1\.1 508 Loop Detected\r\n.*error=proxy_loop_detected\r\n.*is this proxy itself\n$/s,
        line,
      );
    }
  }
  await countsLoop(proxy);
  assert.ok(
    proxy.reports.every(({ total_connections }) => total_connections <= hosts().length * 2 + 4),
  );
});

/** Elsewhere 127.0.0.1 is all of the loopback network that is there. */
const ignore = Deno.build.os !== "linux";
if (ignore) console.log("A test with 127.0.0.2 is skipped: it needs Linux");

Deno.test("http mode serves what listens on its own port elsewhere, and on another port here", {
  ignore,
}, async () => {
  await using proxy = startTestProxy("http");
  await using origin = startOrigin(OK);
  await using own = startOrigin(OK, "127.0.0.2", proxy.port);
  for (const address of [origin.address, own.address]) {
    const answer = await converse(
      proxy,
      `GET http://${address}/ HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n`,
    );
    assert.match(answer, /^HTTP\/1\.1 200 /, address);
  }
});

Deno.test("socks5 mode refuses a target that is itself with reply 2", async () => {
  await using proxy = startTestProxy("socks5");
  using conn = await connectTo(proxy.port);
  const port = [proxy.port >> 8, proxy.port & 255];
  await send(conn, Uint8Array.of(5, 1, 0, 5, 1, 0, 1, 127, 0, 0, 1, ...port));
  assert.deepEqual([...(await readAll(conn)).subarray(0, 4)], [5, 0, 5, 2]);
  await countsLoop(proxy);
});

Deno.test("tcp mode refuses a target that is itself", async () => {
  const port = closedPort();
  await using proxy = startTestProxy("tcp", {
    listen: `127.0.0.1:${port}`,
    target: `localhost:${port}`,
  });
  using conn = await connectTo(proxy.port);
  assert.equal((await readAll(conn)).length, 0);
  await countsLoop(proxy);
  assert.equal(proxy.reports.at(-1)!.total_connections, 1);
});
