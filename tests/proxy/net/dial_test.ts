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

for (
  const [code, reason] of [
    ["ENOTFOUND", "name_not_found"],
    ["ENODATA", "name_not_found"],
    ["EAI_AGAIN", "name_error"],
    ["ESERVFAIL", "name_error"],
    ["EDNSBUSY", "dns_busy"],
    ["EMFILE", "no_descriptors"],
  ]
) {
  Deno.test(`dial fails with ${reason} where resolving fails with ${code}`, async () => {
    const resolve = () => Promise.reject(Object.assign(new Error(code), { code }));
    const dial = createDial({ timeout: 5, resolve });
    assert.equal(await reasonOf(dial({ host: "a.test", port: 80 }, waiter())), reason);
  });
}

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

/** A gate that denies the addresses and the name given, and remembers what it was asked. */
function gateAgainst(...denied: string[]) {
  const asked: string[] = [];
  const answer = (question: string, what: string) => {
    asked.push(question);
    return denied.includes(what) ? "target_denied" as const : null;
  };
  return {
    asked,
    name: (host: string, port: number) => answer(`${host}:${port}`, host),
    target: (client: string, host: string, ip: string, port: number) =>
      answer(`${client} ${host} ${ip} ${port}`, ip),
  };
}

const client = (): Cancelable => ({ cancel: null, clientIp: "192.0.2.1" });

Deno.test("dial asks the gate about an address, and connects to none that is denied", async () => {
  await using server = startTcp(async () => {});
  const { port } = server;
  const gate = gateAgainst("127.0.0.1");
  const dial = createDial({ timeout: 5, gate });
  assert.equal(await reasonOf(dial({ host: "127.0.0.1", port }, client())), "target_denied");
  assert.deepEqual(gate.asked, [`192.0.2.1 127.0.0.1 127.0.0.1 ${port}`]);
  const open = createDial({ timeout: 5, gate: gateAgainst() });
  assert.equal(await reasonOf(open({ host: "127.0.0.1", port }, waiter())), "connected");
  assert.equal(server.accepted.length, 1);
});

Deno.test("dial looks a name up once, and connects to an address that the gate has seen", async () => {
  await using server = startTcp(async () => {}, "::1");
  await using bait = startTcp(async () => {}, "127.0.0.1", server.port);
  let lookUps = 0;
  // A second answer would be another one, as an attacker's name server would give.
  const resolve = () => Promise.resolve([++lookUps === 1 ? "::1" : "127.0.0.1"]);
  const gate = gateAgainst("127.0.0.1");
  const dial = createDial({ timeout: 5, resolve, gate });
  const conn = await dial({ host: "Rebind.test", port: server.port }, client());
  assert.equal(conn.remoteAddr.hostname, "::1");
  conn.close();
  assert.deepEqual([lookUps, bait.accepted.length], [1, 0]);
  assert.deepEqual(gate.asked, [
    `Rebind.test:${server.port}`,
    `192.0.2.1 Rebind.test ::1 ${server.port}`,
  ]);
});

Deno.test("dial leaves out the addresses that are denied, and fails as denied without others", async () => {
  await using server = startTcp(async () => {}, "::1");
  await using bait = startTcp(async () => {}, "127.0.0.1", server.port);
  const address = { host: "three.test", port: server.port };
  const resolve = () => Promise.resolve(["127.0.0.1", "127.0.0.2", "::1"]);
  const some = createDial({ timeout: 5, resolve, gate: gateAgainst("127.0.0.1", "127.0.0.2") });
  const conn = await some(address, client());
  assert.equal(conn.remoteAddr.hostname, "::1");
  conn.close();
  const all = gateAgainst("127.0.0.1", "127.0.0.2", "::1");
  const none = createDial({ timeout: 5, resolve, gate: all });
  const refused = client();
  assert.equal(await reasonOf(none(address, refused)), "target_denied");
  assert.deepEqual([refused.cancel, bait.accepted.length], [null, 0]);
});

Deno.test("dial does not look up a name that is denied as such", async () => {
  const resolve = () => Promise.reject(new Error("looked up"));
  const dial = createDial({ timeout: 5, resolve, gate: gateAgainst("secret.test") });
  assert.equal(await reasonOf(dial({ host: "secret.test", port: 80 }, client())), "target_denied");
});

Deno.test("dial tries IPv6 and IPv4 in turn, IPv6 first", async () => {
  await using second = startTcp(async () => {}, "127.0.0.1");
  const addresses = ["127.0.0.1", "::1", "::ffff:127.0.0.1"];
  const dial = createDial({ timeout: 5, resolve: () => Promise.resolve(addresses) });
  const reached = async () => {
    const conn = await dial({ host: "three.test", port: second.port }, waiter());
    conn.close();
    return conn.remoteAddr.hostname;
  };
  // IPv4's turn after one that refuses, although another IPv6 address would answer too.
  assert.equal(await reached(), "127.0.0.1");
  await using _first = startTcp(async () => {}, "::1", second.port);
  assert.equal(await reached(), "::1");
});
