import { strict as assert } from "node:assert";
import { DatagramBuffers } from "../../../proxy/net/datagram_buffers.ts";
import { Bandwidth } from "../../../proxy/net/throttle.ts";
import { eventually, within } from "../../support/eventually.ts";
import { FakeClock } from "../../support/fake_clock.ts";
import { dropped, startSocks, startUdpEcho, UdpClient, udpSocket } from "../../support/socks.ts";

/** Numbers from 0 to 1, the same each time. */
function seeded(seed: number): () => number {
  return () => {
    seed = Math.imul(seed ^ seed >>> 15, 0x2c1b3c6d) + 0x9e3779b9 | 0;
    return (seed >>> 8 & 0xffff) / 0x10000;
  };
}

Deno.test("UDP ASSOCIATE echoes through IPv4, IPv6 and names, and says where answers come from", async () => {
  await using four = startUdpEcho();
  await using six = startUdpEcho("::1");
  await using server = startSocks({
    resolve: (host) => Promise.resolve(host === "six.test" ? ["0:0:0:0:0:0:0:1"] : ["127.0.0.1"]),
  });
  using client = await UdpClient.open(server.port);
  assert.equal(client.relay.hostname, "127.0.0.1");
  const { record } = server.sessions[0];
  const cases = [
    [four.address, four.address],
    [six.address, six.address],
    [{ ...four.address, host: "four.test" }, four.address],
    [{ ...six.address, host: "six.test" }, six.address],
  ];
  for (const [to, from] of cases) {
    await client.send(to, `to ${to.host}`);
    const answer = await client.receive();
    assert.equal(new TextDecoder().decode(answer.payload), `to ${to.host}`);
    assert.deepEqual(answer.from, from);
  }
  assert.equal(record.target, `six.test:${six.address.port}`);
  const payloads = "to 127.0.0.1to ::1to four.testto six.test".length;
  await eventually("every byte is counted", () => record.bytes_received === payloads);
  assert.equal(record.bytes_sent, payloads);
  assert.deepEqual([record.state, record.requests], ["active", 1]);
  assert.equal(new Set(four.sources.map(({ port }) => port)).size, 1, "one socket for the family");
});

Deno.test("UDP ASSOCIATE serves a client over IPv6", async () => {
  await using target = startUdpEcho();
  await using server = startSocks({}, { hostname: "::1" });
  using client = await UdpClient.open(server.port, undefined, "::1");
  assert.equal(client.relay.hostname, "::1");
  await client.send(target.address, "six to four");
  assert.equal(await client.text(), "six to four");
});

Deno.test("UDP ASSOCIATE serves a client over IPv4 where the proxy listens on every address", async () => {
  await using target = startUdpEcho();
  await using server = startSocks({}, { hostname: "::" });
  using client = await UdpClient.open(server.port);
  assert.equal(client.relay.hostname, "127.0.0.1");
  await client.send(target.address, "hello");
  assert.equal(await client.text(), "hello");
});

Deno.test("UDP ASSOCIATE passes every size up to a datagram's greatest", async () => {
  await using target = startUdpEcho();
  await using server = startSocks();
  using client = await UdpClient.open(server.port);
  // With its header of 10 bytes the last one is of 65,507.
  for (const size of [0, 1, 1200, 1472, 9000, 65_497]) {
    const payload = crypto.getRandomValues(new Uint8Array(size));
    await client.send(target.address, payload);
    assert.deepEqual((await client.receive()).payload, payload, `${size} bytes`);
  }
});

Deno.test("UDP ASSOCIATE drops an answer that no datagram could bring to the client", async () => {
  await using server = startSocks();
  using target = udpSocket();
  using client = await UdpClient.open(server.port);
  const { hostname: host, port } = target.addr as Deno.NetAddr;
  await client.send({ host, port }, "all you have");
  const [, from] = await target.receive();
  await target.send(new Uint8Array(65_507), from);
  await dropped(server, "udp_too_large", 1);
  await target.send(new TextEncoder().encode("less"), from);
  assert.equal(await client.text(), "less");
});

Deno.test("UDP ASSOCIATE loses nothing of its own where the target loses much", async () => {
  const random = seeded(7);
  const lost: boolean[] = [];
  const drop = (n: number) => lost[n] ??= random() < 0.3;
  await using target = startUdpEcho("127.0.0.1", drop);
  await using server = startSocks();
  using client = await UdpClient.open(server.port);
  const COUNT = 60;
  const answers = new Set<string>();
  const listening = (async () => {
    while (answers.size < COUNT) answers.add(await client.text());
  })();
  let sent = 0;
  for (let i = 0; i < COUNT; i++) {
    // Stop and wait: the next try comes only when this one's fate is known.
    for (let tries = 0; !answers.has(`${i}`); tries++) {
      assert.ok(tries < 50);
      await client.send(target.address, `${i}`);
      sent++;
      await eventually(`try ${sent} arrives`, () => target.sources.length === sent);
      if (!lost[sent]) await eventually(`answer ${i} arrives`, () => answers.has(`${i}`));
    }
  }
  await within("every answer arrives", listening);
  assert.ok(sent > COUNT, "some were lost");
  assert.deepEqual(server.collector.reasons, {});
});

Deno.test("UDP ASSOCIATE takes datagrams from the owner's address alone, and from its first port", async () => {
  await using target = startUdpEcho();
  await using server = startSocks();
  using client = await UdpClient.open(server.port);
  using elsewhere = udpSocket("127.0.0.2");
  using otherPort = udpSocket();
  const datagram = Uint8Array.of(0, 0, 0, 1, 127, 0, 0, 1, ...portBytes(target.address.port), 120);
  await elsewhere.send(datagram, client.relay);
  await dropped(server, "udp_foreign_sender", 1);
  await client.send(target.address, "mine");
  assert.equal(await client.text(), "mine");
  await otherPort.send(datagram, client.relay);
  await dropped(server, "udp_foreign_sender", 2);
  await client.send(target.address, "still mine");
  assert.equal(await client.text(), "still mine");
  assert.deepEqual(target.texts, ["mine", "still mine"]);
});

Deno.test("UDP ASSOCIATE holds the client to the port that it has named", async () => {
  await using target = startUdpEcho();
  await using server = startSocks();
  for (const host of [[0, 0, 0, 0], [127, 0, 0, 1]]) {
    using named = udpSocket();
    using other = udpSocket();
    const port = portBytes((named.addr as Deno.NetAddr).port);
    using client = await UdpClient.open(server.port, [1, ...host, ...port], "127.0.0.1", named);
    const datagram = Uint8Array.of(0, 0, 0, 1, 127, 0, 0, 1, ...portBytes(target.address.port));
    const before = server.collector.reasons.udp_foreign_sender ?? 0;
    await other.send(datagram, client.relay);
    await dropped(server, "udp_foreign_sender", before + 1);
    await client.send(target.address, "named");
    assert.equal(await client.text(), "named");
  }
});

Deno.test("UDP ASSOCIATE takes no port from an address behind a NAT, or from a name", async () => {
  await using target = startUdpEcho();
  await using server = startSocks();
  const sources = [[1, 192, 168, 0, 7, 1, 2], [3, 1, 48, 1, 2], [3, 0, 1, 2], [
    4,
    ...Array(16).fill(0),
    0,
    0,
  ]];
  for (const source of sources) {
    using client = await UdpClient.open(server.port, source);
    await client.send(target.address, "hello");
    assert.equal(await client.text(), "hello");
  }
});

Deno.test("UDP ASSOCIATE refuses fragments and what is no datagram of the protocol", async () => {
  await using target = startUdpEcho();
  await using server = startSocks();
  using client = await UdpClient.open(server.port);
  await client.send(target.address, "first half", 1);
  await client.send(target.address, "second half", 0x82);
  await dropped(server, "udp_fragment", 2);
  const wrong = [
    Uint8Array.of(),
    Uint8Array.of(0, 0, 0, 1, 127, 0),
    Uint8Array.of(0, 0, 0, 9, 127, 0, 0, 1, 0, 1),
    Uint8Array.of(0, 0, 0, 1, 127, 0, 0, 1, 0, 0, 65),
    Uint8Array.of(0, 0, 0, 3, 0, 0, 53, 65),
    Uint8Array.of(0, 0, 0, 3, 3, 97, 32, 98, 0, 53, 65),
  ];
  for (const bytes of wrong) await client.sendRaw(bytes);
  await dropped(server, "udp_bad_datagram", wrong.length);
  await client.send(target.address, "whole");
  assert.equal(await client.text(), "whole");
  assert.deepEqual(target.texts, ["whole"]);
});

Deno.test("UDP ASSOCIATE brings no answer from whom the client has not sent to", async () => {
  await using target = startUdpEcho();
  await using server = startSocks();
  using client = await UdpClient.open(server.port);
  using stranger = udpSocket();
  await client.send(target.address, "one");
  assert.equal(await client.text(), "one");
  const outside = { ...target.sources[0], hostname: "127.0.0.1" };
  await stranger.send(new TextEncoder().encode("let me in"), outside);
  await dropped(server, "udp_unsolicited", 1);
  const { hostname: host, port } = stranger.addr as Deno.NetAddr;
  await client.send({ host, port }, "now you may");
  await stranger.receive();
  await stranger.send(new TextEncoder().encode("thank you"), outside);
  assert.equal(await client.text(), "thank you");
});

Deno.test("UDP ASSOCIATE forgets after its timeout whom the client has sent to", async () => {
  let now = Date.now();
  await using server = startSocks({ timeout: 60, now: () => now });
  using client = await UdpClient.open(server.port);
  using target = udpSocket();
  const { hostname: host, port } = target.addr as Deno.NetAddr;
  await client.send({ host, port }, "hello");
  const [, from] = await target.receive();
  now += 59_000;
  await target.send(new TextEncoder().encode("in time"), from);
  assert.equal(await client.text(), "in time");
  now += 60_000;
  await target.send(new TextEncoder().encode("too late"), from);
  await dropped(server, "udp_unsolicited", 1);
});

Deno.test("UDP ASSOCIATE drops what a small buffer may have cut, where all large ones are out", async () => {
  await using target = startUdpEcho();
  await using server = startSocks({ buffers: new DatagramBuffers(0) });
  using client = await UdpClient.open(server.port);
  await client.send(target.address, new Uint8Array(4086));
  await dropped(server, "udp_too_large", 1);
  await client.send(target.address, new Uint8Array(1472));
  assert.equal((await client.receive()).payload.length, 1472);
});

Deno.test("UDP ASSOCIATE is held to the bandwidth of its connection", async () => {
  const clock = new FakeClock();
  const bandwidth = new Bandwidth({ bandwidth: null, bandwidthPerConnection: 1000 }, clock);
  await using target = startUdpEcho();
  await using server = startSocks({}, { bandwidth });
  using client = await UdpClient.open(server.port);
  await client.send(target.address, "x".repeat(500));
  await eventually("it waits", () => clock.timers.length === 1);
  await clock.run(499);
  assert.equal(target.texts.length, 0);
  await clock.run(1);
  await eventually("it has gone", () => target.texts.length === 1);
  await eventually("the answer waits", () => clock.timers.length === 1);
  await clock.run(500);
  assert.equal((await client.receive()).payload.length, 500);
});

function portBytes(port: number): number[] {
  return [port >> 8, port & 255];
}
