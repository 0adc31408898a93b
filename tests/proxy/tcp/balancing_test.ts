import { strict as assert } from "node:assert";
import { decodeBackend } from "../../../proxy/stats/backend_record.ts";
import type { BackendRecord } from "../../../proxy/stats/backend_record.ts";
import { parseProxyHeader, PROXY_VERSIONS } from "../../../proxy/net/proxy_protocol.ts";
import { eventually } from "../../support/eventually.ts";
import { startTestProxy, type TestProxy } from "../../support/proxy.ts";
import {
  closedPort,
  connectTo,
  echo,
  readAll,
  readText,
  send,
  startTcp,
} from "../../support/tcp.ts";

/** What the proxy has reported of its backends, the newest of each, by name. */
function backends(proxy: TestProxy): Record<string, BackendRecord> {
  const records = proxy.reports.flatMap((report) =>
    report.kind === "detail" ? report.backends.map(decodeBackend) : []
  );
  return Object.fromEntries(records.map((record) => [record.name, record]));
}

/** A backend that says its name and ends. */
const saying = (name: string, port = 0) =>
  startTcp(async (conn) => await send(conn, name), "127.0.0.1", port);

async function ask(proxy: TestProxy): Promise<string> {
  using conn = await connectTo(proxy.port);
  return await readText(conn);
}

Deno.test("tcp mode passes a connection on to the next backend, and the client notices nothing", async () => {
  await using server = startTcp(echo);
  const closed = [`127.0.0.1:${closedPort()}`, `127.0.0.1:${closedPort()}`];
  await using proxy = startTestProxy("tcp", { target: [...closed, server.address].join() });
  const data = crypto.getRandomValues(new Uint8Array(60_000));
  using conn = await connectTo(proxy.port);
  const sending = send(conn, data).then(() => conn.closeWrite());
  assert.deepEqual(await readAll(conn), data);
  await sending;
  const report = await proxy.report(
    "the connection has ended well",
    (report) => report.active_connections === 0 && report.total_connections === 1,
  );
  assert.equal(report.failed_connections, 0);
  await eventually("the backends tell of it", () => backends(proxy)[server.address].bytes_sent > 0);
  const told = backends(proxy);
  for (const name of closed) {
    const { state, errors, total_connections, bytes_sent } = told[name];
    assert.deepEqual([state, errors, total_connections, bytes_sent], ["set_aside", 1, 1, 0]);
  }
  const { state, errors, bytes_sent, bytes_received } = told[server.address];
  assert.deepEqual([state, errors, bytes_sent, bytes_received], [
    "up",
    0,
    data.length,
    data.length,
  ]);
});

Deno.test("tcp mode tries no further backend than --retries allows", async () => {
  await using server = saying("late");
  const closed = Array.from({ length: 2 }, () => `127.0.0.1:${closedPort()}`);
  const target = [...closed, server.address].join();
  await using proxy = startTestProxy("tcp", { target, retries: "1" });
  assert.equal(await ask(proxy), "");
  assert.equal(await ask(proxy), "late");
  const report = await proxy.report("both are counted", (r) => r.total_connections === 2);
  assert.equal(report.failed_connections, 1);
});

Deno.test("tcp mode leaves out a backend that died, and uses it again once it is back", async () => {
  await using b = saying("b");
  let a = saying("a");
  try {
    await using proxy = startTestProxy("tcp", { target: `${a.address},${b.address}` });
    const both = [await ask(proxy), await ask(proxy)];
    assert.deepEqual(both.sort(), ["a", "b"]);
    const { port } = a;
    await a[Symbol.asyncDispose]();
    for (let i = 0; i < 4; i++) assert.equal(await ask(proxy), "b");
    await eventually("it is set aside", () => backends(proxy)[a.address].state === "set_aside");
    a = saying("a", port);
    await eventually("it is used again", async () => await ask(proxy) === "a");
    await eventually("it is up", () => backends(proxy)[a.address].state === "up");
    assert.equal(proxy.reports.at(-1)!.failed_connections, 0);
  } finally {
    await a[Symbol.asyncDispose]();
  }
});

Deno.test("tcp mode shares connections by weight", async () => {
  await using a = saying("a");
  await using b = saying("b");
  await using proxy = startTestProxy("tcp", { target: `${a.address}=3,${b.address}` });
  let said = "";
  for (let i = 0; i < 8; i++) said += await ask(proxy);
  assert.equal(said, "aabaaaba");
});

Deno.test("tcp mode counts a backend's live bytes and connections in its reports", async () => {
  await using server = startTcp(echo);
  await using proxy = startTestProxy("tcp", { target: server.address, lb: "leastconn" });
  using conn = await connectTo(proxy.port);
  await send(conn, "hello");
  await eventually("the bytes are reported", () => {
    const record = backends(proxy)[server.address];
    return record?.bytes_received === 5 && record.active_connections === 1;
  });
  await conn.closeWrite();
  assert.equal(await readText(conn), "hello");
  await eventually("its end is", () => backends(proxy)[server.address].active_connections === 0);
  assert.equal(backends(proxy)[server.address].bytes_sent, 5);
});

for (const version of PROXY_VERSIONS) {
  Deno.test(`tcp mode tells the target who the client is by PROXY ${version}, and counts the payload alone`, async () => {
    const received = Promise.withResolvers<Uint8Array>();
    await using server = startTcp(async (conn) => {
      received.resolve(await readAll(conn));
      await send(conn, "answer");
    });
    const flags = { target: server.address, proxyProtocol: version };
    await using proxy = startTestProxy("tcp", flags);
    using conn = await connectTo(proxy.port);
    await send(conn, "payload");
    await conn.closeWrite();
    assert.equal(await readText(conn), "answer");
    const bytes = await received.promise;
    const header = parseProxyHeader(bytes);
    assert.equal(bytes[0], version === "v1" ? 80 : 13);
    assert.deepEqual(header?.endpoints, {
      source: { host: "127.0.0.1", port: conn.localAddr.port },
      destination: { host: "127.0.0.1", port: proxy.port },
    });
    assert.equal(new TextDecoder().decode(bytes.subarray(header!.size)), "payload");
    const end = await proxy.report("the end is reported", (r) => r.total_bytes_received === 6);
    assert.equal(end.total_bytes_sent, 7);
  });
}
