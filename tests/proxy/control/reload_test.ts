import { strict as assert } from "node:assert";
import { startControlled, withWorkers } from "../../support/control.ts";
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
