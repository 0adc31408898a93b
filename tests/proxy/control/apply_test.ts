import { strict as assert } from "node:assert";
import type { ProxyFlags } from "../../support/proxy.ts";
import {
  type ControlledProxy,
  echoes,
  isServed,
  openEcho,
  openEchoes,
  startControlled,
  withWorkers,
} from "../../support/control.ts";
import { eventually } from "../../support/eventually.ts";
import { headEnds, OK, startOrigin } from "../../support/http.ts";
import { ALL_USERS, APACHE, TempFile } from "../../support/htpasswd.ts";
import { collectReports } from "../../support/proxy.ts";
import { CertificateFolder, connectTls } from "../../support/tls.ts";
import { closedPort, connectTo, echo, readUntil, send, startTcp } from "../../support/tcp.ts";

async function apply(proxy: ControlledProxy, flags: ProxyFlags, applied: string[]): Promise<void> {
  assert.deepEqual(await proxy.proxy.apply(proxy.options(flags)), { applied });
}

/** What an http proxy answers on this connection, up to what satisfies `enough`. */
async function ask(conn: Deno.Conn, address: string, fields = "", enough = headEnds) {
  await send(conn, `GET http://${address}/ HTTP/1.1\r\nHost: x\r\n${fields}\r\n`);
  return await readUntil(conn, enough);
}

const whole = (text: string) => text.endsWith("ok");

withWorkers(
  "apply changes limits, targets and balancing, and connections stay",
  async (workers) => {
    await using a = startTcp(echo);
    await using b = startTcp(echo);
    await using proxy = await startControlled(workers, "tcp", { target: a.address });
    const conns = await openEchoes(6, proxy.port);
    await apply(proxy, { target: `${b.address}=2`, lb: "leastconn" }, ["targets", "balancing"]);
    const before = a.accepted.length;
    conns.push(...await openEchoes(6, proxy.port));
    assert.equal(b.accepted.length, 6);
    assert.equal(a.accepted.length, before);
    await apply(proxy, { target: `${b.address}=2`, lb: "leastconn", maxConnections: "1" }, [
      "limits",
    ]);
    await apply(proxy, { target: `${b.address}=2`, lb: "leastconn", maxConnections: "1" }, []);
    await eventually("no more are taken", async () => !await isServed(proxy.port));
    for (const conn of conns) {
      await echoes(conn);
      conn.close();
    }
  },
);

withWorkers(
  "apply brings back what the options say, whatever was ordered since",
  async (workers) => {
    await using a = startTcp(echo);
    await using b = startTcp(echo);
    await using proxy = await startControlled(workers, "tcp", { target: a.address });
    await proxy.tell({ command: "set_limits", max_connections: 1, accept_rate: 7 });
    await proxy.tell({ command: "backend", action: "add", name: b.address });
    await proxy.tell({ command: "set_access", rules: ["--deny 127.0.0.1"] });
    assert.equal(await isServed(proxy.port), false);
    await apply(proxy, {}, ["limits", "access", "targets"]);
    for (const conn of await openEchoes(6, proxy.port)) conn.close();
    assert.equal(b.accepted.length, 0);
  },
);

withWorkers("apply changes users for the next request of a connection too", async (workers) => {
  await using origin = startOrigin(OK);
  await using file = new TempFile(ALL_USERS);
  await using proxy = await startControlled(workers, "http", { auth: "eve:one" });
  const basic = (user: string) => `Proxy-Authorization: Basic ${btoa(user)}\r\n`;
  using conn = await connectTo(proxy.port);
  assert.match(await ask(conn, origin.address, basic("eve:one"), whole), / 200 /);
  await apply(proxy, { auth: "eve:two" }, ["auth"]);
  assert.match(await ask(conn, origin.address, basic("eve:one")), / 407 /);
  using other = await connectTo(proxy.port);
  assert.match(await ask(other, origin.address, basic("eve:two"), whole), / 200 /);
  await apply(proxy, { auth: "eve:two", authFile: file.path }, ["auth"]);
  const ann = basic(`ann:${APACHE.bcryptPassword}`);
  assert.match(await ask(other, origin.address, ann, whole), / 200 /);
  await apply(proxy, { auth: undefined }, ["auth"]);
  assert.match(await ask(other, origin.address, "", whole), / 200 /);
});

withWorkers("apply changes rules of http for the next request", async (workers) => {
  await using origin = startOrigin(OK);
  await using proxy = await startControlled(workers, "http");
  using conn = await connectTo(proxy.port);
  await ask(conn, origin.address, "", whole);
  assert.doesNotMatch(origin.heads[0], /forwarded/i);
  await apply(proxy, { forwarded: true }, ["http"]);
  await ask(conn, origin.address, "", whole);
  assert.match(origin.heads[1], /forwarded/i);
});

withWorkers("apply turns TLS on and off for new connections", async (workers) => {
  await using server = startTcp(echo);
  await using files = new CertificateFolder();
  await using proxy = await startControlled(workers, "tcp", { target: server.address });
  const plain = await openEcho(proxy.port);
  await apply(proxy, files.flags, ["tls"]);
  const secret = await connectTls(proxy.port);
  await echoes(secret);
  await apply(proxy, {}, ["tls"]);
  await echoes(plain);
  await echoes(secret);
  (await openEcho(proxy.port)).close();
  plain.close();
  secret.close();
});

withWorkers("apply changes health checks, timeouts and who is trusted", async (workers) => {
  await using server = startTcp(echo);
  await using proxy = await startControlled(workers, "tcp", { target: server.address });
  const conn = await openEcho(proxy.port);
  await apply(
    proxy,
    {
      healthcheck: "tcp",
      healthcheckInterval: "0.1",
      connectTimeout: "3",
      acceptProxy: "10.0.0.1",
    },
    ["accept_proxy", "healthcheck", "timeouts"],
  );
  await eventually("it is checked", () => server.accepted.length > 3);
  await apply(proxy, {}, ["accept_proxy", "healthcheck", "timeouts"]);
  await echoes(conn);
  conn.close();
});

withWorkers("apply lets reports go elsewhere, as numbered before", async (workers) => {
  await using server = startTcp(echo);
  await using proxy = await startControlled(workers, "tcp", { target: server.address });
  (await openEcho(proxy.port)).close();
  const last = await proxy.report("it is counted", (report) => report.total_connections === 1);
  const other = collectReports();
  await apply(proxy, { statsAddr: other.address, reportInterval: "0.2" }, ["reports"]);
  const first = await other.find("it reports there", ({ interval }) => interval === 0.2);
  assert.equal(first.boot_id, last.boot_id);
  assert.equal(first.total_connections, 1);
  assert.ok(first.seq > last.seq);
  await proxy.proxy.stop();
  await other.find("the end is told there", ({ state }) => state === "stopped");
  const numbers = [...proxy.reports, ...other.all].map(({ seq }) => seq);
  assert.equal(new Set(numbers).size, numbers.length, "no number comes twice");
  await other.close();
});

withWorkers(
  "apply listens elsewhere before it ends to listen, and connections stay",
  async (workers) => {
    await using server = startTcp(echo);
    await using proxy = await startControlled(workers, "tcp", { target: server.address });
    const former = proxy.port;
    const conns = await openEchoes(6, former);
    const port = closedPort();
    await apply(proxy, { listen: `127.0.0.1:${port}` }, ["listen"]);
    assert.equal(proxy.port, port);
    for (const conn of await openEchoes(6, port)) conn.close();
    assert.equal(await isServed(former), false);
    for (const conn of conns) {
      await echoes(conn);
      conn.close();
    }
    const report = await proxy.report("it is told", ({ listen_addr }) => {
      return listen_addr === `127.0.0.1:${port}`;
    });
    assert.equal(report.proxy_id, proxy.proxy.proxyId);
    await proxy.report(
      "all have ended",
      ({ total_connections: all, active_connections: active }) => {
        return all === 12 && active === 0;
      },
    );
  },
);

const REFUSED: [flags: ProxyFlags, why: RegExp][] = [
  [{ id: "other" }, /^it needs a restart for another id$/],
  [{ backlog: "9" }, /^it needs a restart for another backlog$/],
  [{ tlsCert: "/nowhere.pem", tlsKey: "/nowhere.key" }, /^Cannot use --tls-cert .*no such file$/],
];
for (const [flags, why] of REFUSED) {
  withWorkers(`apply of ${Object.keys(flags)} changes nothing and says why`, async (workers) => {
    await using server = startTcp(echo);
    await using proxy = await startControlled(workers, "tcp", { target: server.address });
    const options = proxy.options({ ...flags, maxConnections: "1" });
    const { applied, error } = await proxy.proxy.apply(options);
    assert.deepEqual(applied, []);
    assert.match(error ?? "", why);
    for (const conn of await openEchoes(4, proxy.port)) conn.close();
  });
}

withWorkers("apply of an address that is taken changes nothing and says why", async (workers) => {
  await using server = startTcp(echo);
  await using proxy = await startControlled(workers, "tcp", { target: server.address });
  const former = proxy.port;
  const options = proxy.options({ listen: server.address, maxConnections: "1" });
  assert.deepEqual(await proxy.proxy.apply(options), {
    applied: [],
    error: `Cannot listen on tcp ${server.address}: the port is in use`,
  });
  assert.equal(proxy.port, former);
  for (const conn of await openEchoes(4, former)) conn.close();
});

Deno.test("apply rejects for nothing, and goes on with what comes next", async () => {
  await using server = startTcp(echo);
  await using proxy = await startControlled(1, "tcp", { target: server.address });
  const defect = { ...proxy.options({ listen: proxy.address }), acceptProxy: ["no network"] };
  const { error } = await proxy.proxy.apply(defect);
  assert.equal(error, "it failed: the proxy's log says why");
  await proxy.tell({ command: "set_limits", max_connections: 5 });
  assert.equal(await isServed(proxy.port), true);
});
