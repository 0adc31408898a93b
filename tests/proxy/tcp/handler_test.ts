import { strict as assert } from "node:assert";
import { startTestProxy } from "../../support/proxy.ts";
import {
  closedPort,
  connectTo,
  echo,
  readAll,
  readText,
  send,
  startTcp,
} from "../../support/tcp.ts";

Deno.test("tcp mode relays to the target and counts to the byte", async () => {
  await using server = startTcp(echo);
  await using proxy = startTestProxy("tcp", { target: server.address });
  using conn = await connectTo(proxy.port);
  const data = crypto.getRandomValues(new Uint8Array(60_000));
  await send(conn, data);
  await conn.closeWrite();
  assert.deepEqual(await readAll(conn), data);
  const report = await proxy.report(
    "the connection is reported as closed",
    (report) => report.kind === "connections" && report.connections[0]?.[8] === "closed",
  );
  assert.ok(report.kind === "connections");
  const [id, ip, port, target, sent, received, , , , , reason] = report.connections[0];
  assert.deepEqual(
    { id, ip, port, target, sent, received, reason },
    {
      id: 1,
      ip: "127.0.0.1",
      port: conn.localAddr.port,
      target: server.address,
      sent: data.length,
      received: data.length,
      reason: "done",
    },
  );
  assert.equal(report.total_bytes_sent, data.length);
  assert.equal(report.total_bytes_received, data.length);
  assert.equal(report.active_connections, 0);
});

Deno.test("tcp mode closes the client and counts the failure when the target refuses", async () => {
  await using proxy = startTestProxy("tcp", { target: `127.0.0.1:${closedPort()}` });
  using conn = await connectTo(proxy.port);
  assert.equal(await readText(conn), "");
  const report = await proxy.report(
    "the reason is counted",
    (report) => report.kind === "detail" && "connect_refused" in report.reasons,
  );
  assert.ok(report.kind === "detail");
  assert.deepEqual(report.reasons, { connect_refused: 1 });
  assert.equal(report.failed_connections, 1);
  assert.equal(report.total_connections, 1);
});

Deno.test("tcp mode listens on IPv6 and reaches an IPv6 target", async () => {
  await using server = startTcp(echo, "::1");
  await using proxy = startTestProxy("tcp", { listen: "[::1]:0", target: server.address });
  using conn = await connectTo(proxy.port, "::1");
  await send(conn, "six");
  await conn.closeWrite();
  assert.equal(await readText(conn), "six");
  const report = await proxy.report(
    "the connection is reported",
    (report) => report.kind === "connections" && report.connections.length > 0,
  );
  assert.ok(report.kind === "connections");
  assert.equal(report.listen_addr, `[::1]:${proxy.port}`);
  assert.equal(report.proxy_id, `test_tcp____1__${proxy.port}`);
  assert.equal(report.connections[0][1], "::1");
  assert.equal(report.connections[0][3], server.address);
});

Deno.test("tcp mode shows bytes and the connection while it is open", async () => {
  await using server = startTcp(echo);
  await using proxy = startTestProxy("tcp", { target: server.address });
  using conn = await connectTo(proxy.port);
  await send(conn, "hello");
  const report = await proxy.report(
    "the open connection is reported with its bytes",
    (report) => report.kind === "connections" && report.connections[0]?.[5] === 5,
  );
  assert.ok(report.kind === "connections");
  assert.equal(report.connections[0][8], "active");
  assert.equal(report.active_connections, 1);
  assert.equal(report.total_bytes_sent, 5);
  await conn.closeWrite();
  assert.equal(await readText(conn), "hello");
});
