import { strict as assert } from "node:assert";
import { startProxyThreads } from "../../proxy/mod.ts";
import { proxyOptionsSchema } from "../../proxy/options.ts";
import { FileError } from "../../proxy/reloaded.ts";
import { eventually, within } from "../support/eventually.ts";
import { ALL_USERS, APACHE, TempFile } from "../support/htpasswd.ts";
import { startTestProxy } from "../support/proxy.ts";
import {
  connectTo,
  echo,
  readAll,
  readExactly,
  readUntil,
  send,
  startTcp,
} from "../support/tcp.ts";

const MODES = ["http", "socks5"] as const;
type Mode = (typeof MODES)[number];

const utf8 = (text: string) => new TextEncoder().encode(text);

/** Asks for a tunnel to a target with these credentials; true if they are taken. */
async function isLetIn(mode: Mode, port: number, target: number, user: string, password: string) {
  using conn = await connectTo(port);
  await send(conn, opening(mode, target, user, password));
  if (mode === "http") {
    const answer = await readUntil(conn, (text) => text.includes("\r\n\r\n"));
    assert.match(answer, /^HTTP\/1\.1 (200|407) /);
    return answer.startsWith("HTTP/1.1 200 ");
  }
  const answer = await readExactly(conn, 4);
  assert.deepEqual([...answer.subarray(0, 3)], [5, 2, 1]);
  return answer[3] === 0;
}

/** What a client says up to the check of its credentials. */
function opening(mode: Mode, target: number, user: string, password: string): Uint8Array {
  if (mode === "http") {
    const credentials = utf8(`${user}:${password}`).toBase64();
    return utf8(
      `CONNECT 127.0.0.1:${target} HTTP/1.1\r\nHost: x\r\n` +
        `Proxy-Authorization: Basic ${credentials}\r\n\r\n`,
    );
  }
  const [name, word] = [utf8(user), utf8(password)];
  return Uint8Array.of(5, 1, 2, 1, name.length, ...name, word.length, ...word);
}

for (const mode of MODES) {
  Deno.test(`${mode} lets in the users of --auth and of --auth-file, and follows the file`, async () => {
    await using server = startTcp(echo);
    await using users = new TempFile(ALL_USERS);
    await using proxy = startTestProxy(mode, { auth: "eve:plain", authFile: users.path });
    const isIn = (user: string, password: string) =>
      isLetIn(mode, proxy.port, server.port, user, password);
    const right: [string, string][] = [
      ["ann", APACHE.bcryptPassword],
      ["bob", APACHE.utf8Password],
      ["carl", APACHE.sha256Password],
      ["dora", APACHE.sha512Password],
      ["eve", "plain"],
    ];
    for (const [user, password] of right) {
      assert.equal(await isIn(user, password), true, user);
      assert.equal(await isIn(user, `${password}x`), false, user);
      assert.equal(await isIn(user, password), true, `${user} again`);
    }
    assert.equal(await isIn("nobody", "secret"), false);
    assert.equal(await isIn("a".repeat(255), "x".repeat(255)), false);
    await proxy.report(
      "a user of the file is reported",
      (report) => report.kind === "connections" && report.connections.some((c) => c[9] === "carl"),
    );
    await proxy.report(
      "refusals are counted",
      (report) => report.kind === "detail" && report.reasons.auth_failed === right.length + 2,
    );

    users.replace(`${APACHE.sha512}\n`);
    await eventually("ann is out", async () => !await isIn("ann", APACHE.bcryptPassword));
    assert.equal(await isIn("dora", APACHE.sha512Password), true);
    assert.equal(await isIn("eve", "plain"), true);
  });

  Deno.test(`${mode} ends a session whose client leaves while its password is checked`, async () => {
    await using server = startTcp(echo);
    // Of the highest cost: one check takes longer than this test has to wait.
    const slow = APACHE.bcrypt.replace("$05$", "$14$");
    await using users = new TempFile(`${slow}\n`);
    await using proxy = startTestProxy(mode, { authFile: users.path });
    const conn = await connectTo(proxy.port);
    await send(conn, opening(mode, server.port, "ann", "whatever"));
    await proxy.report("it is there", (report) => report.total_connections === 1);
    conn.close();
    const ended = await proxy.report(
      "it has ended",
      (report) =>
        report.kind === "connections" && report.connections.some((c) => c[8] === "closed"),
    );
    assert.ok(ended.kind === "connections");
    assert.match(`${ended.connections[0][10]}`, /^client_(gone|reset)$/);
    assert.deepEqual(server.accepted, []);
  });
}

Deno.test("http relays what a client sends after its password was checked", async () => {
  await using server = startTcp(echo);
  await using users = new TempFile(ALL_USERS);
  await using proxy = startTestProxy("http", { authFile: users.path });
  using conn = await connectTo(proxy.port);
  await send(conn, opening("http", server.port, "ann", APACHE.bcryptPassword));
  await readUntil(conn, (text) => text.endsWith("\r\n\r\n"));
  // A first and a second time: the read that watched for the client's leaving is over by then.
  for (const text of ["first", "second"]) {
    await send(conn, text);
    assert.equal(new TextDecoder().decode(await readExactly(conn, text.length)), text);
  }
  await conn.closeWrite();
  assert.equal((await readAll(conn)).length, 0);
});

Deno.test("http serves what a client sends while its password is checked", async () => {
  await using server = startTcp(echo);
  await using users = new TempFile(ALL_USERS);
  await using proxy = startTestProxy("http", { authFile: users.path });
  using conn = await connectTo(proxy.port);
  await send(conn, opening("http", server.port, "ann", APACHE.bcryptPassword));
  await send(conn, "early");
  await readUntil(conn, (text) => text.endsWith("\r\n\r\nearly"));
});

Deno.test("http with a file of users honours its change on a kept connection", async () => {
  await using origin = startTcp(async (conn) => {
    for (;;) {
      await readUntil(conn, (text) => text.endsWith("\r\n\r\n"));
      await send(conn, "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok");
    }
  });
  await using users = new TempFile(ALL_USERS);
  await using proxy = startTestProxy("http", { authFile: users.path });
  using conn = await connectTo(proxy.port);
  const ask = async () => {
    const credentials = btoa(`ann:${APACHE.bcryptPassword}`);
    await send(
      conn,
      `GET http://${origin.address}/ HTTP/1.1\r\nHost: x\r\n` +
        `Proxy-Authorization: Basic ${credentials}\r\n\r\n`,
    );
    return (await readUntil(conn, (text) => /\r\n\r\nok$|password\n$/.test(text))).slice(9, 12);
  };
  for (let i = 0; i < 5; i++) assert.equal(await ask(), "200");
  users.replace(`${APACHE.sha512}\n`);
  await eventually("she is refused", async () => await ask() === "407");
  users.replace(ALL_USERS);
  await eventually("and let in again, on the same connection", async () => await ask() === "200");
});

Deno.test("startProxy refuses a file of users that is weak, and leaves nothing open", async () => {
  await using users = new TempFile(`${APACHE.bcrypt}\n${APACHE.plain}\n`);
  const flags = { mode: "http", listen: "127.0.0.1:0", authFile: users.path, workers: "2" };
  await assert.rejects(
    startProxyThreads(proxyOptionsSchema.parse(flags), NAMING, MODULE),
    (error) => {
      assert.ok(error instanceof FileError);
      assert.match(error.message, /^Cannot use --auth-file ".*users": line 2: /);
      return true;
    },
  );
});

const NAMING = { version: "0.1.0", host: "test" };
const MODULE = {
  url: new URL("../../worker.ts", import.meta.url),
  setup: { level: "error", format: "json" },
};

Deno.test("Workers check passwords too, each on its own", async () => {
  await using server = startTcp(echo);
  await using users = new TempFile(ALL_USERS);
  const flags = {
    mode: "socks5",
    listen: "127.0.0.1:0",
    authFile: users.path,
    workers: "2",
    drainTimeout: "0",
  };
  const proxy = await startProxyThreads(proxyOptionsSchema.parse(flags), NAMING, MODULE);
  try {
    const isIn = (password: string) =>
      isLetIn("socks5", proxy.addr.port, server.port, "ann", password);
    const all = await Promise.all(Array.from({ length: 16 }, () => isIn(APACHE.bcryptPassword)));
    assert.deepEqual(new Set(all), new Set([true]));
    assert.equal(await isIn("wrong"), false);
  } finally {
    await within("it stops", proxy.stop());
  }
});
