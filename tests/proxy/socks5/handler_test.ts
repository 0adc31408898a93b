import { strict as assert } from "node:assert";
import { Failure, type FailureReason } from "../../../proxy/net/failure.ts";
import { startTestProxy, type TestProxy } from "../../support/proxy.ts";
import {
  closedPort,
  connectTo,
  echo,
  readAll,
  readExactly,
  send,
  startTcp,
} from "../../support/tcp.ts";

const GREETING = [5, 1, 0];

function connectRequest(address: number[], port: number, command = 1): number[] {
  return [5, command, 0, ...address, port >> 8, port & 255];
}

const IPV4_LOOPBACK = [1, 127, 0, 0, 1];

function domain(name: string): number[] {
  const bytes = new TextEncoder().encode(name);
  return [3, bytes.length, ...bytes];
}

function password(user: string, password: string): number[] {
  const [u, p] = [user, password].map((text) => [...new TextEncoder().encode(text)]);
  return [1, u.length, ...u, p.length, ...p];
}

/** Sends the bytes all at once and returns everything that comes back until the proxy closes. */
async function converse(proxy: TestProxy, bytes: number[]): Promise<number[]> {
  using conn = await connectTo(proxy.port);
  await send(conn, Uint8Array.from(bytes));
  return [...await readAll(conn)];
}

Deno.test("socks5 CONNECT reaches IPv4, IPv6 and domain targets with a true BND.ADDR", async () => {
  await using four = startTcp(echo);
  await using six = startTcp(echo, "::1");
  await using proxy = startTestProxy("socks5");
  const cases: [string, number[], number, number][] = [
    ["IPv4", IPV4_LOOPBACK, four.port, 10],
    ["IPv6", [4, ...Array(15).fill(0), 1], six.port, 22],
    ["domain", domain("localhost"), four.port, 10],
    ["address as a domain", domain("127.0.0.1"), four.port, 10],
  ];
  for (const [title, address, port, replyLength] of cases) {
    using conn = await connectTo(proxy.port);
    await send(conn, Uint8Array.from(GREETING));
    assert.deepEqual([...await readExactly(conn, 2)], [5, 0], title);
    await send(conn, Uint8Array.from(connectRequest(address, port)));
    const reply = await readExactly(conn, replyLength);
    assert.deepEqual([...reply.subarray(0, 3)], [5, 0, 0], title);
    const server = port === six.port ? six : four;
    const from = server.accepted.at(-1)!.remoteAddr.port;
    assert.equal(reply.at(-2)! << 8 | reply.at(-1)!, from, `${title}: BND.PORT`);
    await send(conn, "ping");
    assert.equal(new TextDecoder().decode(await readExactly(conn, 4)), "ping", title);
  }
});

Deno.test("socks5 serves a handshake that comes a byte at a time, and bytes behind the request", async () => {
  await using server = startTcp(echo);
  await using proxy = startTestProxy("socks5");
  using conn = await connectTo(proxy.port);
  conn.setNoDelay(true);
  const bytes = [...GREETING, ...connectRequest(IPV4_LOOPBACK, server.port), 104, 105];
  for (const byte of bytes) await send(conn, Uint8Array.of(byte));
  await readExactly(conn, 12);
  assert.equal(new TextDecoder().decode(await readExactly(conn, 2)), "hi");
});

Deno.test("socks5 asks for user name and password when credentials are set", async () => {
  await using server = startTcp(echo);
  await using proxy = startTestProxy("socks5", { auth: "ann:pass:word" });
  const request = connectRequest(IPV4_LOOPBACK, server.port);
  assert.deepEqual(await converse(proxy, [...GREETING, ...request]), [5, 255]);
  const offer = [5, 2, 0, 2];
  const wrong = [...offer, ...password("ann", "pass"), ...request];
  assert.deepEqual(await converse(proxy, wrong), [5, 2, 1, 1]);
  using conn = await connectTo(proxy.port);
  await send(conn, Uint8Array.from([...offer, ...password("ann", "pass:word"), ...request]));
  assert.deepEqual([...(await readExactly(conn, 14)).subarray(0, 6)], [5, 2, 1, 0, 5, 0]);
  const report = await proxy.report(
    "the user is reported",
    (report) => report.kind === "connections" && report.connections.some((c) => c[9] === "ann"),
  );
  assert.ok(report.kind === "connections");
  await proxy.report(
    "both refusals are counted",
    (report) => report.kind === "detail" && report.reasons.auth_failed === 2,
  );
});

Deno.test("socks5 answers with the reply code of the real cause", async () => {
  const failures: Record<string, FailureReason> = {
    "refused.test": "connect_refused",
    "slow.test": "connect_timeout",
    "far.test": "host_unreachable",
    "offnet.test": "network_unreachable",
    "unknown.test": "name_not_found",
    "other.test": "connect_failed",
    "denied.test": "target_denied",
    "loop.test": "loop_detected",
    "crowded.test": "no_descriptors",
  };
  await using proxy = startTestProxy("socks5", {}, {
    dial: ({ host }) => Promise.reject(new Failure(failures[host])),
  });
  const replyTo = async (address: number[], command = 1, port = 80) => {
    const answer = await converse(proxy, [...GREETING, ...connectRequest(address, port, command)]);
    assert.deepEqual(answer.slice(0, 3), [5, 0, 5]);
    assert.deepEqual(answer.slice(4), [0, 1, 0, 0, 0, 0, 0, 0]);
    return answer[3];
  };
  assert.equal(await replyTo(domain("refused.test")), 5);
  assert.equal(await replyTo(domain("slow.test")), 6);
  assert.equal(await replyTo(domain("far.test")), 4);
  assert.equal(await replyTo(domain("offnet.test")), 3);
  assert.equal(await replyTo(domain("unknown.test")), 4);
  assert.equal(await replyTo(domain("other.test")), 1);
  assert.equal(await replyTo(domain("denied.test")), 2);
  assert.equal(await replyTo(domain("loop.test")), 2);
  assert.equal(await replyTo(domain("crowded.test")), 1);
  assert.equal(await replyTo(IPV4_LOOPBACK, 2), 7, "BIND");
  assert.equal(await replyTo(IPV4_LOOPBACK, 9), 7, "an unknown command");
  assert.equal(await replyTo([7]), 8, "an unknown address type");
  assert.equal(await replyTo(domain("")), 1, "an empty name");
  for (const name of ['a"b', "a b", "a\0b", "a'b"]) {
    assert.equal(await replyTo(domain(name)), 1, `the name ${JSON.stringify(name)}`);
  }
  assert.equal(await replyTo(IPV4_LOOPBACK, 1, 0), 1, "port 0");
});

Deno.test("socks5 reports a real refusal as reply 5", async () => {
  await using proxy = startTestProxy("socks5");
  const answer = await converse(proxy, [
    ...GREETING,
    ...connectRequest(IPV4_LOOPBACK, closedPort()),
  ]);
  assert.deepEqual(answer.slice(0, 4), [5, 0, 5, 5]);
});

Deno.test("socks5 does not answer a foreign protocol, and counts it", async () => {
  await using proxy = startTestProxy("socks5");
  const foreign: number[][] = [
    [...new TextEncoder().encode("GET / HTTP/1.1\r\n\r\n")],
    [0x16, 3, 1, 0, 200, 1, 0, 0, 196, 3, 3],
    [4, 1, 0, 80, 127, 0, 0, 1, 0],
    [0],
  ];
  for (const bytes of foreign) assert.deepEqual(await converse(proxy, bytes), []);
  await proxy.report(
    "each is counted",
    (report) => report.kind === "detail" && report.reasons.foreign_protocol === foreign.length,
  );
});

Deno.test("socks5 does not answer what goes astray after the greeting", async () => {
  await using proxy = startTestProxy("socks5", { auth: "ann:secret" });
  assert.deepEqual(await converse(proxy, [5, 1, 2, 9, 3, 97, 110, 110]), [5, 2]);
  const later = [5, 1, 2, ...password("ann", "secret"), 4, 1, 0, 1];
  assert.deepEqual(await converse(proxy, later), [5, 2, 1, 0]);
  await proxy.report(
    "both are counted",
    (report) => report.kind === "detail" && report.reasons.bad_request === 2,
  );
});
