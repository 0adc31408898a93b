import { strict as assert } from "node:assert";
import { Failure } from "../../../proxy/net/failure.ts";
import type { ProxyDeps } from "../../../proxy/mod.ts";
import { decodeRecord } from "../../../proxy/stats/report.ts";
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

const LOOPBACK = [127, 0, 0, 1];
const NAMED = [0, 0, 0, 1];

function request(port: number, address: number[], user = "", name?: string, command = 1): number[] {
  const bytes = (text: string) => [...new TextEncoder().encode(text), 0];
  const host = name === undefined ? [] : bytes(name);
  return [4, command, port >> 8, port & 255, ...address, ...bytes(user), ...host];
}

function startSocks4(flags: Record<string, string> = {}, deps: Partial<ProxyDeps> = {}): TestProxy {
  return startTestProxy("socks5", { socks4: true, ...flags }, deps);
}

/** Sends the bytes all at once and returns everything that comes back until the proxy closes. */
async function converse(proxy: TestProxy, bytes: number[]): Promise<number[]> {
  using conn = await connectTo(proxy.port);
  await send(conn, Uint8Array.from(bytes));
  return [...await readAll(conn)];
}

/** Waits until so many connections have failed for this reason. */
async function counted(proxy: TestProxy, reason: string, times: number): Promise<void> {
  await proxy.report(
    `${reason} is counted`,
    (report) => report.kind === "detail" && report.reasons[reason] === times,
  );
}

Deno.test("socks4 reaches addresses and names, tells where from, and records the user id", async () => {
  await using server = startTcp(echo);
  await using six = startTcp(echo, "::1");
  await using proxy = startSocks4();
  const cases: [number[], boolean][] = [
    [request(server.port, LOOPBACK, "ann"), true],
    [request(server.port, NAMED, "bob", "localhost"), true],
    [request(server.port, NAMED, "", "127.0.0.1"), true],
    [request(six.port, NAMED, "", "::1"), false],
  ];
  for (const [bytes, isIPv4] of cases) {
    using conn = await connectTo(proxy.port);
    await send(conn, Uint8Array.from([...bytes, 104, 105]));
    const reply = await readExactly(conn, 8);
    assert.deepEqual([...reply.subarray(0, 2)], [0, 0x5a]);
    const target = isIPv4 ? server : six;
    const from = target.accepted.at(-1)!.remoteAddr.port;
    assert.equal(reply[2] << 8 | reply[3], from);
    assert.deepEqual([...reply.subarray(4)], isIPv4 ? LOOPBACK : [0, 0, 0, 0]);
    assert.equal(new TextDecoder().decode(await readExactly(conn, 2)), "hi");
  }
  await proxy.report("the users are reported", () => {
    const records = proxy.reports.flatMap((report) =>
      report.kind === "connections" ? report.connections.map(decodeRecord) : []
    );
    return ["ann", "bob"].every((user) => records.some((record) => record.user === user));
  });
});

Deno.test("socks4 and socks5 are served on one port, a byte at a time too", async () => {
  await using server = startTcp(echo);
  await using proxy = startSocks4();
  const five = [5, 1, 0, 5, 1, 0, 1, ...LOOPBACK, server.port >> 8, server.port & 255];
  const conversations: [number[], number][] = [
    [request(server.port, NAMED, "carol", "localhost"), 8],
    [five, 12],
  ];
  for (const [bytes, replyLength] of conversations) {
    using conn = await connectTo(proxy.port);
    conn.setNoDelay(true);
    for (const byte of [...bytes, 104, 105]) await send(conn, Uint8Array.of(byte));
    await readExactly(conn, replyLength);
    assert.equal(new TextDecoder().decode(await readExactly(conn, 2)), "hi");
  }
});

Deno.test("socks4 answers every failure with 5B, before any look-up where there is none to make", async () => {
  const dialed: string[] = [];
  await using proxy = startSocks4({}, {
    dial: ({ host }) => {
      dialed.push(host);
      return Promise.reject(new Failure("target_denied"));
    },
  });
  const rejected = [0, 0x5b, 0, 0, 0, 0, 0, 0];
  for (
    const bytes of [
      request(80, LOOPBACK, "", undefined, 2),
      request(80, LOOPBACK, "", undefined, 3),
      request(0, LOOPBACK),
      request(80, NAMED, "", ""),
      request(80, NAMED, "", "a b"),
      request(80, NAMED, "", 'a"b'),
    ]
  ) assert.deepEqual(await converse(proxy, bytes), rejected);
  assert.deepEqual(dialed, []);
  assert.deepEqual(await converse(proxy, request(80, NAMED, "", "a.test")), rejected);
  assert.deepEqual(dialed, ["a.test"]);
  await counted(proxy, "unsupported", 2);
  await counted(proxy, "bad_request", 4);
  await counted(proxy, "target_denied", 1);
});

Deno.test("socks4 reports a real refusal as 5B", async () => {
  await using proxy = startSocks4();
  const answer = await converse(proxy, request(closedPort(), LOOPBACK));
  assert.deepEqual(answer.slice(0, 2), [0, 0x5b]);
  await counted(proxy, "connect_refused", 1);
});

Deno.test("socks4 lets nobody in where passwords are asked for, and records no user then", async () => {
  await using server = startTcp(echo);
  await using proxy = startSocks4({ auth: "ann:secret" });
  const answer = await converse(proxy, request(server.port, LOOPBACK, "ann"));
  assert.deepEqual(answer.slice(0, 2), [0, 0x5d]);
  await counted(proxy, "auth_failed", 1);
  assert.equal(server.accepted.length, 0);
  const users = proxy.reports.flatMap((report) =>
    report.kind === "connections" ? report.connections.map((c) => decodeRecord(c).user) : []
  );
  assert.deepEqual([...new Set(users)].filter((user) => user !== ""), []);
});

Deno.test("socks4 does not answer a user id that does not end", async () => {
  await using proxy = startSocks4();
  const endless = request(80, LOOPBACK, "u".repeat(300)).slice(0, -1);
  assert.deepEqual(await converse(proxy, endless), []);
  await counted(proxy, "bad_request", 1);
});
