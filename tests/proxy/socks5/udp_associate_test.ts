import { strict as assert } from "node:assert";
import { Failure } from "../../../proxy/net/failure.ts";
import { openUdp } from "../../../proxy/net/udp.ts";
import { startProxyThreads } from "../../../proxy/mod.ts";
import { proxyOptionsSchema } from "../../../proxy/options.ts";
import { freeAddress } from "../../support/addresses.ts";
import { eventually } from "../../support/eventually.ts";
import { startProgramWithDescriptors } from "../../support/program.ts";
import { collectReports, startTestProxy } from "../../support/proxy.ts";
import {
  dropped,
  type SocksServer,
  startSocks,
  startUdpEcho,
  UdpClient,
} from "../../support/socks.ts";
import { connectTo, readAll, readExactly, send } from "../../support/tcp.ts";

const UDP_REQUEST = Uint8Array.of(5, 3, 0, 1, 0, 0, 0, 0, 0, 0);

function skip(yes: boolean, why: string): boolean {
  if (yes) console.log(`A test of UDP ASSOCIATE is skipped: ${why}`);
  return yes;
}

/** Waits for the end of the only association, and holds it to its reason and to a closed socket. */
async function ended(server: SocksServer, client: UdpClient, reason: string): Promise<void> {
  await eventually("the association has ended", () => server.collector.ended.length === 1);
  const [record] = server.collector.ended;
  assert.deepEqual([record.state, record.reason], ["closed", reason]);
  const { hostname, port } = client.relay;
  await eventually("its port is free", () => {
    Deno.listenDatagram({ transport: "udp", hostname, port }).close();
    return true;
  });
}

async function echoed(client: UdpClient, target: { address: { host: string; port: number } }) {
  await client.send(target.address, "hello");
  assert.equal(await client.text(), "hello");
}

Deno.test("UDP ASSOCIATE ends with the client's connection", async () => {
  await using target = startUdpEcho();
  await using server = startSocks();
  using client = await UdpClient.open(server.port);
  await echoed(client, target);
  client.control.close();
  await ended(server, client, "done");
  const { total_bytes_sent, active_connections } = server.collector.totals();
  assert.deepEqual([total_bytes_sent, active_connections], [5, 0]);
});

Deno.test("UDP ASSOCIATE takes no notice of what the client says on its connection", async () => {
  await using target = startUdpEcho();
  await using server = startSocks();
  using client = await UdpClient.open(server.port);
  await send(client.control, new Uint8Array(100_000));
  await echoed(client, target);
  assert.equal(server.collector.ended.length, 0);
});

Deno.test("UDP ASSOCIATE ends when nothing has moved for its timeout, in either direction", async () => {
  let now = Date.now();
  await using target = startUdpEcho();
  await using server = startSocks({ timeout: 60, now: () => now });
  using client = await UdpClient.open(server.port);
  await echoed(client, target);
  const [{ record }] = server.sessions;
  const move = async () => {
    const before = record.last_activity;
    await echoed(client, target);
    await eventually("it is noted", () => record.last_activity > before);
  };
  for (let i = 0; i < 3; i++) {
    now += 59_000;
    server.tick(now);
    await move();
    server.tick(now + 1500);
  }
  assert.equal(server.collector.ended.length, 0);
  now += 62_000;
  server.tick(now);
  assert.equal((await readAll(client.control)).length, 0);
  await ended(server, client, "idle_timeout");
});

Deno.test("UDP ASSOCIATE is not kept alive by datagrams that are dropped", async () => {
  let now = Date.now();
  await using server = startSocks({ timeout: 60, now: () => now });
  using client = await UdpClient.open(server.port);
  now += 61_000;
  await client.sendRaw(Uint8Array.of(1, 2, 3));
  await dropped(server, "udp_bad_datagram", 1);
  server.tick(now);
  await ended(server, client, "idle_timeout");
});

Deno.test("UDP ASSOCIATE ends when the proxy drains", async () => {
  await using target = startUdpEcho();
  await using server = startSocks();
  using client = await UdpClient.open(server.port);
  await echoed(client, target);
  server.drain();
  await ended(server, client, "drained");
});

Deno.test("UDP ASSOCIATE asks the rules with the client's address, and drops what they deny", async () => {
  await using target = startUdpEcho();
  const judged: string[] = [];
  await using server = startSocks({
    judge: (client, host, ip, port) => {
      judged.push(`${client} ${host} ${ip} ${port}`);
      return host === "denied.test" ? "target_denied" : null;
    },
    resolve: () => Promise.resolve(["127.0.0.1"]),
  });
  using client = await UdpClient.open(server.port);
  const { port } = target.address;
  for (let i = 0; i < 3; i++) await client.send({ host: "denied.test", port }, "no");
  await dropped(server, "udp_target_denied", 3);
  await client.send({ host: "allowed.test", port }, "yes");
  assert.equal(await client.text(), "yes");
  assert.deepEqual(judged, [
    `127.0.0.1 denied.test 127.0.0.1 ${port}`,
    `127.0.0.1 allowed.test 127.0.0.1 ${port}`,
  ]);
  assert.deepEqual(target.texts, ["yes"]);
});

Deno.test("UDP ASSOCIATE asks once for a name, and sends on in order what came meanwhile", async () => {
  await using target = startUdpEcho();
  const asked: string[] = [];
  const answer = Promise.withResolvers<string[]>();
  await using server = startSocks({
    resolve: (host) => {
      asked.push(host);
      if (host !== "slow.test") throw Object.assign(new Error(), { code: "ENOTFOUND" });
      return answer.promise;
    },
  });
  using client = await UdpClient.open(server.port);
  const { port } = target.address;
  for (const text of ["a", "b", "c"]) await client.send({ host: "slow.test", port }, text);
  await client.send(target.address, "not held up");
  assert.equal(await client.text(), "not held up");
  await client.send({ host: "missing.test", port }, "x");
  await client.send({ host: "missing.test", port }, "y");
  await dropped(server, "udp_name_not_found", 2);
  answer.resolve(["127.0.0.1"]);
  for (const text of ["a", "b", "c"]) assert.equal(await client.text(), text);
  assert.deepEqual(asked, ["slow.test", "missing.test"]);
});

Deno.test("UDP ASSOCIATE goes to a name's next address where the first cannot be reached", async () => {
  await using target = startUdpEcho();
  await using server = startSocks({
    resolve: () => Promise.resolve(["::1", "127.0.0.1"]),
    open: (hostname) => {
      if (hostname === "::") throw new Failure("network_unreachable");
      return openUdp(hostname);
    },
  });
  using client = await UdpClient.open(server.port);
  await client.send({ host: "two.test", port: target.address.port }, "hello");
  const { from, payload } = await client.receive();
  assert.deepEqual([from, payload.length], [target.address, 5]);
  await client.send({ host: "::1", port: target.address.port }, "nowhere to go");
  await dropped(server, "udp_network_unreachable", 1);
});

Deno.test("UDP ASSOCIATE drops what it has no descriptor for, and goes on once there is one", async () => {
  await using target = startUdpEcho();
  let left = 0;
  await using server = startSocks({
    open: (hostname) => {
      if (left-- <= 0) throw new Failure("no_descriptors");
      return openUdp(hostname);
    },
  });
  using client = await UdpClient.open(server.port);
  await client.send(target.address, "too early");
  await dropped(server, "udp_no_descriptors", 1);
  left = 1;
  await echoed(client, target);
});

Deno.test("UDP ASSOCIATE works through a whole proxy, is reported, and ends with it", async () => {
  await using target = startUdpEcho();
  await using proxy = startTestProxy("socks5", { idleTimeout: "1.5" });
  using client = await UdpClient.open(proxy.port);
  await client.send({ ...target.address, host: "localhost" }, "hello");
  const report = await proxy.report(
    "its bytes are reported",
    (report) =>
      report.kind === "connections" &&
      report.connections.some((c) => c[5] === 5 && c[8] === "active"),
  );
  assert.ok(report.kind === "connections");
  const [[, , , name, sent]] = report.connections;
  assert.deepEqual([name, sent], [`localhost:${target.address.port}`, 5]);
  await proxy.report(
    "the idle end is reported",
    (report) => report.kind === "connections" && report.connections[0]?.[10] === "idle_timeout",
  );
});

Deno.test({
  name: "UDP ASSOCIATE works with several workers",
  ignore: skip(Deno.build.os !== "linux", "Several workers need Linux"),
}, async () => {
  await using target = startUdpEcho();
  const reports = collectReports();
  const proxy = await startProxyThreads(
    proxyOptionsSchema.parse({
      mode: "socks5",
      listen: "127.0.0.1:0",
      statsAddr: reports.address,
      reportInterval: "0.1",
      drainTimeout: "0",
      workers: "2",
    }),
    { version: "0.1.0", host: "test" },
    {
      url: new URL("../../../worker.ts", import.meta.url),
      setup: { level: "error", format: "json" },
    },
  );
  try {
    using stack = new DisposableStack();
    for (let i = 0; i < 12; i++) {
      const client = stack.use(await UdpClient.open(proxy.addr.port));
      await client.send(target.address, `client ${i}`);
      assert.equal(await client.text(), `client ${i}`);
    }
    await reports.find(
      "all are active",
      (report) =>
        report.active_connections === 12 && report.total_bytes_received === 10 * 8 + 2 * 9,
    );
  } finally {
    await proxy.stop();
    await reports.close();
  }
});

Deno.test({
  name: "UDP ASSOCIATE answers 01 where descriptors have run out, and works when there are some",
  ignore: skip(Deno.build.os === "windows", "Windows has no limit of descriptors to set"),
}, async () => {
  const reports = collectReports();
  const listen = freeAddress();
  await using target = startUdpEcho();
  await using _program = startProgramWithDescriptors(60, [
    ...["--mode", "socks5", "--listen", listen, "--stats-addr", reports.address],
    ...["--report-interval", "0.1", "--log-level", "error"],
  ]);
  try {
    const port = Number(listen.split(":")[1]);
    await reports.find("it is up", () => true);
    using stack = new DisposableStack();
    const taken: Deno.TcpConn[] = [];
    const exhausted = () =>
      reports.all.some((r) => r.kind === "detail" && r.reasons.accept_emfile > 0);
    // Each takes one, until none is left for the next.
    for (let i = 0; i < 60; i++) {
      const conn = stack.use(await connectTo(port));
      await send(conn, Uint8Array.of(5, 1, 0));
      taken.push(conn);
    }
    await eventually("descriptors have run out", exhausted);
    assert.deepEqual([...await readExactly(taken[0], 2)], [5, 0]);
    await send(taken[0], UDP_REQUEST);
    assert.deepEqual([...(await readExactly(taken[0], 4)).subarray(0, 2)], [5, 1]);
    await reports.find(
      "the reason is reported",
      (report) => report.kind === "detail" && report.reasons.no_descriptors === 1,
    );
    for (const conn of taken) conn.close();
    using client = await UdpClient.open(port);
    await echoed(client, target);
    stack.move();
  } finally {
    await reports.close();
  }
});
