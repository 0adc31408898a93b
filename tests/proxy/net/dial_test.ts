import { strict as assert } from "node:assert";
import { type Cancelable, createDial } from "../../../proxy/net/dial.ts";
import { Failure } from "../../../proxy/net/failure.ts";
import { closedPort, startTcp } from "../../support/tcp.ts";

const waiter = (): Cancelable => ({ cancel: null });

async function reasonOf(attempt: Promise<Deno.TcpConn>): Promise<string> {
  try {
    (await attempt).close();
  } catch (error) {
    assert.ok(error instanceof Failure, String(error));
    return error.reason;
  }
  return "connected";
}

Deno.test("dial connects to an address and to a name", async () => {
  await using server = startTcp(async () => {});
  const dial = createDial({ timeout: 5 });
  for (const host of ["127.0.0.1", "localhost"]) {
    const conn = await dial({ host, port: server.port }, waiter());
    assert.equal(conn.remoteAddr.port, server.port);
    conn.close();
  }
});

Deno.test("dial tells a refusal from a name that does not exist", async () => {
  const dial = createDial({ timeout: 5 });
  assert.equal(
    await reasonOf(dial({ host: "127.0.0.1", port: closedPort() }, waiter())),
    "connect_refused",
  );
  assert.equal(
    await reasonOf(dial({ host: "nothing.invalid", port: 80 }, waiter())),
    "name_not_found",
  );
});

Deno.test("dial tries a name's addresses in turn", async () => {
  await using server = startTcp(async () => {});
  // Nothing listens on this port of 127.0.0.2 and of 127.0.0.3.
  const resolve = () => Promise.resolve(["127.0.0.2", "127.0.0.3", "127.0.0.1"]);
  const dial = createDial({ timeout: 5, resolve });
  const conn = await dial({ host: "three.test", port: server.port }, waiter());
  assert.equal(conn.remoteAddr.hostname, "127.0.0.1");
  conn.close();
});

Deno.test("dial reports the failure of a name all of whose addresses refuse", async () => {
  const resolve = () => Promise.resolve(["127.0.0.1", "127.0.0.1"]);
  const dial = createDial({ timeout: 5, resolve });
  assert.equal(
    await reasonOf(dial({ host: "two.test", port: closedPort() }, waiter())),
    "connect_refused",
  );
});

Deno.test("dial gives up after its timeout", async () => {
  const dial = createDial({ timeout: 0.1, resolve: () => new Promise(() => {}) });
  assert.equal(await reasonOf(dial({ host: "slow.test", port: 80 }, waiter())), "connect_timeout");
});

Deno.test("dial ends at once when its waiter cancels", async () => {
  const dial = createDial({ timeout: 60, resolve: () => new Promise(() => {}) });
  const client = waiter();
  const attempt = dial({ host: "slow.test", port: 80 }, client);
  client.cancel?.();
  assert.equal(await reasonOf(attempt), "client_gone");
  assert.equal(client.cancel, null);
});
