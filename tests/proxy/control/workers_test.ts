import { strict as assert } from "node:assert";
import {
  ends,
  isServed,
  openEcho,
  openEchoes,
  openFrom,
  portOf,
  startControlled,
} from "../../support/control.ts";
import { eventually, within } from "../../support/eventually.ts";
import { APACHE, TempFile } from "../../support/htpasswd.ts";
import { mortalWorkers } from "../../support/mortal.ts";
import { echo, startTcp } from "../../support/tcp.ts";

const ignore = Deno.build.os !== "linux";

Deno.test({
  name: "A worker that takes a dead one's place has been told what the others were",
  ignore,
}, async () => {
  const { module, kill } = mortalWorkers();
  await using a = startTcp(echo);
  await using b = startTcp(echo);
  await using proxy = await startControlled(
    2,
    "tcp",
    { target: a.address, acceptProxy: "127.0.0.1" },
    {},
    module,
  );
  await proxy.tell({ command: "backend", action: "add", name: b.address });
  await proxy.tell({ command: "backend", action: "disable", name: a.address });
  await proxy.tell({ command: "set_access", rules: ["--deny 10.0.0.1"] });
  await proxy.tell({ command: "block_client", ip: "10.0.0.2", seconds: 3600 });
  await proxy.tell({ command: "set_limits", max_connections: 4 });
  const before = await openFrom("10.0.0.3", proxy.port);
  kill();
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
  ignore,
}, async () => {
  const { module, kill } = mortalWorkers();
  await using server = startTcp(echo);
  await using proxy = await startControlled(2, "tcp", { target: server.address }, {}, module);
  const conns = await openEchoes(4, proxy.port);
  await proxy.tell({ command: "drain" });
  kill();
  for (const conn of conns) {
    await ends(conn);
    conn.close();
  }
  assert.equal(await isServed(proxy.port), false);
  await proxy.tell({ command: "resume" });
  (await openEcho(proxy.port)).close();
});

Deno.test({
  name: "What is ordered while workers die is done, and holds for those that take their places",
  ignore,
}, async () => {
  const { module, kill } = mortalWorkers();
  await using server = startTcp(echo);
  const flags = { target: server.address, acceptProxy: "127.0.0.1" };
  await using proxy = await startControlled(2, "tcp", flags, {}, module);
  const before = await openFrom("10.0.0.3", proxy.port);
  const { id } = await proxy.record(portOf(before));
  kill();
  const block = { command: "block_client", ip: "10.0.0.2", seconds: 3600 } as const;
  // Whether some hear of it before they die or nobody is there to hear of it, nothing is half done.
  const blocked = await proxy.proxy.execute(block);
  if (!blocked.ok) {
    assert.equal(blocked.detail, "all workers have died, and others are being started");
  }
  await proxy.tell({ command: "set_access", rules: ["--deny 10.0.0.1"] });
  await ends(before);
  before.close();
  const gone = await proxy.tell({ command: "close_connection", id });
  assert.deepEqual(gone, { ok: true, detail: `connection ${id} does not run`, count: 0 });
  await eventually("it can be ordered again", async () => (await proxy.proxy.execute(block)).ok);
  await eventually("new ones serve", async () => {
    (await openFrom("10.0.0.3", proxy.port)).close();
    return true;
  });
  for (let i = 0; i < 8; i++) {
    await assert.rejects(openFrom("10.0.0.1", proxy.port));
    await assert.rejects(openFrom("10.0.0.2", proxy.port));
  }
});

Deno.test({
  name: "A worker that cannot be started keeps no order waiting, and is tried again",
  ignore,
}, async () => {
  const { module, kill } = mortalWorkers();
  await using users = new TempFile(`${APACHE.bcrypt}\n`);
  const flags = { authFile: users.path, drainTimeout: "30" };
  await using proxy = await startControlled(2, "socks5", flags, {}, module);
  await Deno.rename(users.path, `${users.path}.away`);
  kill();
  await eventually("nobody listens", async () => !await isServed(proxy.port));
  const order = { command: "block_client", ip: "10.0.0.2", seconds: 3600 } as const;
  await eventually("it is refused", async () => {
    const { ok } = await within("there is an answer", proxy.proxy.execute(order));
    return !ok;
  });
  await Deno.rename(`${users.path}.away`, users.path);
  await eventually("all are there again", async () => {
    return (await within("there is an answer", proxy.proxy.execute(order))).ok;
  });
  const { shown } = await proxy.tell({ command: "show" });
  assert.equal(shown?.blocks[0].ip, "10.0.0.2");
});

Deno.test({
  name: "Workers that have ended keep no order to those that drain waiting",
  ignore,
}, async () => {
  await using server = startTcp(echo);
  const flags = { target: server.address, drainTimeout: "30" };
  await using proxy = await startControlled(2, "tcp", flags);
  const conn = await openEcho(proxy.port);
  const stopped = proxy.proxy.stop();
  // The worker that has no connection has nothing to wait for, and ends meanwhile.
  for (let i = 0; i < 50; i++) {
    const counted = proxy.tell({ command: "count_matching", filter: {} });
    assert.equal((await within("it is counted", counted)).count, 1);
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
  const closing = proxy.tell({ command: "close_matching", filter: {} });
  assert.equal((await within("it is closed", closing)).count, 1);
  await ends(conn);
  conn.close();
  await within("all end", stopped);
});
