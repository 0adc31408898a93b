import { strict as assert } from "node:assert";
import {
  ends,
  isServed,
  openEcho,
  openEchoes,
  openFrom,
  startControlled,
  withWorkers,
} from "../../support/control.ts";
import { eventually } from "../../support/eventually.ts";
import { ALL_USERS, APACHE, TempFile } from "../../support/htpasswd.ts";
import { CertificateFolder, connectTls, FIRST, SECOND } from "../../support/tls.ts";
import { connectTo, echo, readExactly, send, startTcp } from "../../support/tcp.ts";

/** Whether a socks5 proxy takes these credentials. */
async function isIn(port: number, user: string, password: string): Promise<boolean> {
  using conn = await connectTo(port);
  const [name, word] = [user, password].map((text) => new TextEncoder().encode(text));
  await send(
    conn,
    Uint8Array.of(5, 1, 2, 1, name.length, ...name, word.length, ...word),
  );
  return (await readExactly(conn, 4))[3] === 0;
}

withWorkers(
  "reload reads the named files at once, and says what is wrong with them",
  async (workers) => {
    await using users = new TempFile(`${APACHE.bcrypt}\n`);
    await using proxy = await startControlled(workers, "socks5", { authFile: users.path });
    assert.equal(await isIn(proxy.port, "dora", APACHE.sha512Password), false);
    users.replace(ALL_USERS);
    assert.equal((await proxy.tell({ command: "reload" })).detail, "read again");
    assert.equal(await isIn(proxy.port, "dora", APACHE.sha512Password), true);
    users.replace(APACHE.plain);
    const why = await proxy.tellInVain({ command: "reload" });
    assert.match(why, /^Cannot use --auth-file .* line 1: .*; what was read before stays in use$/);
    assert.equal(await isIn(proxy.port, "ann", APACHE.bcryptPassword), true);
  },
);

withWorkers("reload reads the certificate at once", async (workers) => {
  await using server = startTcp(echo);
  await using files = new CertificateFolder(FIRST);
  await using proxy = await startControlled(workers, "tcp", {
    target: server.address,
    ...files.flags,
  });
  (await connectTls(proxy.port, FIRST)).close();
  files.write(SECOND);
  await proxy.tell({ command: "reload" });
  for (let i = 0; i < 4; i++) (await connectTls(proxy.port, SECOND)).close();
});

withWorkers("reload says so where no file is named", async (workers) => {
  await using proxy = await startControlled(workers, "http");
  assert.equal(await proxy.tellInVain({ command: "reload" }), "there is no file to read again");
});

Deno.test("reload asks who has the configuration", async () => {
  const reload = () => Promise.resolve({ ok: true, detail: "limits changed" });
  await using proxy = await startControlled(1, "http", {}, { reload });
  assert.equal((await proxy.tell({ command: "reload" })).detail, "limits changed");
});

withWorkers("set_log_level goes to who sets it", async (workers) => {
  const levels: string[] = [];
  const setLogLevel = (level: string) => levels.push(level);
  await using proxy = await startControlled(workers, "http", {}, { setLogLevel });
  const { detail } = await proxy.tell({ command: "set_log_level", level: "warning" });
  assert.equal(detail, "log level warning");
  assert.deepEqual(levels, ["warning"]);
});

Deno.test("execute rejects for nothing, and says that it failed", async () => {
  const reload = () => Promise.reject(new Error("a defect"));
  await using proxy = await startControlled(1, "http", {}, { reload });
  const why = await proxy.tellInVain({ command: "reload" });
  assert.equal(why, "it failed: the proxy's log says why");
});

/** Ends all workers that listen on this channel. */
function kill(channel: string): void {
  const killer = new BroadcastChannel(channel);
  killer.postMessage("die");
  killer.close();
}

Deno.test({
  name: "A worker that takes a dead one's place has been told what the others were",
  ignore: Deno.build.os !== "linux",
}, async () => {
  const channel = `die ${crypto.randomUUID()}`;
  const dying = new URL("../../support/dying_worker.ts", import.meta.url);
  dying.searchParams.set("channel", channel);
  await using a = startTcp(echo);
  await using b = startTcp(echo);
  await using proxy = await startControlled(
    2,
    "tcp",
    { target: a.address, acceptProxy: "127.0.0.1" },
    {},
    dying,
  );
  await proxy.tell({ command: "backend", action: "add", name: b.address });
  await proxy.tell({ command: "backend", action: "disable", name: a.address });
  await proxy.tell({ command: "set_access", rules: ["--deny 10.0.0.1"] });
  await proxy.tell({ command: "block_client", ip: "10.0.0.2", seconds: 3600 });
  await proxy.tell({ command: "set_limits", max_connections: 4 });
  const before = await openFrom("10.0.0.3", proxy.port);
  kill(channel);
  await ends(before);
  before.close();
  const conns = [
    ...await eventually("new ones serve", async () => [await openFrom("10.0.0.3", proxy.port)]),
  ];
  for (let i = 0; i < 8; i++) {
    await assert.rejects(openFrom("10.0.0.1", proxy.port));
    await assert.rejects(openFrom("10.0.0.2", proxy.port));
  }
  for (let i = 0; i < 12; i++) {
    await openFrom("10.0.0.3", proxy.port).then((conn) => conns.push(conn), () => {});
  }
  assert.ok(conns.length <= 4);
  assert.equal(a.accepted.length, 0);
  for (const conn of conns) conn.close();
});

Deno.test({
  name: "A worker that dies while the proxy drains is replaced when it is resumed",
  ignore: Deno.build.os !== "linux",
}, async () => {
  const channel = `die ${crypto.randomUUID()}`;
  const dying = new URL("../../support/dying_worker.ts", import.meta.url);
  dying.searchParams.set("channel", channel);
  await using server = startTcp(echo);
  await using proxy = await startControlled(2, "tcp", { target: server.address }, {}, dying);
  const conns = await openEchoes(4, proxy.port);
  await proxy.tell({ command: "drain" });
  kill(channel);
  for (const conn of conns) {
    await ends(conn);
    conn.close();
  }
  assert.equal(await isServed(proxy.port), false);
  await proxy.tell({ command: "resume" });
  (await openEcho(proxy.port)).close();
});
