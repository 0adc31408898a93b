import fc from "fast-check";
import { strict as assert } from "node:assert";
import { BufferPool } from "../../../proxy/net/buffer.ts";
import { Failure } from "../../../proxy/net/failure.ts";
import { ByteReader } from "../../../proxy/net/reader.ts";
import { readMessage } from "../../../proxy/socks5/handshake.ts";
import { parseSocks4Request } from "../../../proxy/socks5/socks4_wire.ts";
import { parseGreeting, parsePassword, parseRequest } from "../../../proxy/socks5/wire.ts";
import { eventually } from "../../support/eventually.ts";
import { cut, scriptedConn } from "../../support/scripted_conn.ts";
import { startSocks } from "../../support/socks.ts";
import { connectTo, readAll, send } from "../../support/tcp.ts";

const ascii = (text: string) => [...new TextEncoder().encode(text)];
const GREETING = [5, 2, 0, 2];
const PASSWORD = [1, 3, ...ascii("ann"), 6, ...ascii("secret")];
const REQUEST = [5, 1, 0, 3, 9, ...ascii("a.example"), 1, 187];
const REQUEST4 = [4, 1, 1, 187, 0, 0, 0, 1, ...ascii("ann\0a.example\0")];
const REST = ascii("what follows is not the handshake's");

async function rest(reader: ByteReader): Promise<number[]> {
  while (reader.available < REST.length) assert.ok(await reader.fill());
  return [...reader.view];
}

Deno.test("readMessage reads a handshake the same however it is cut, and leaves what follows", async () => {
  const pool = new BufferPool();
  const five = Uint8Array.from([...GREETING, ...PASSWORD, ...REQUEST, ...REST]);
  const four = Uint8Array.from([...REQUEST4, ...REST]);
  await fc.assert(fc.asyncProperty(fc.array(fc.nat(), { maxLength: 12 }), async (places) => {
    const reader = new ByteReader(scriptedConn(cut(five, places)), pool);
    assert.deepEqual([...(await readMessage(reader, parseGreeting)).methods], [0, 2]);
    const { user, password } = await readMessage(reader, parsePassword);
    assert.deepEqual([[...user], [...password]], [ascii("ann"), ascii("secret")]);
    const request = await readMessage(reader, parseRequest);
    assert.deepEqual(request.target, { host: "a.example", port: 443 });
    assert.deepEqual(await rest(reader), REST);
    reader.release();

    const older = new ByteReader(scriptedConn(cut(four, places)), pool);
    const { target } = await readMessage(older, parseSocks4Request);
    assert.deepEqual(target, { host: "a.example", port: 443 });
    assert.deepEqual(await rest(older), REST);
    older.release();
  }));
});

Deno.test("readMessage says who was to blame: the bytes, or a client that left", async () => {
  const pool = new BufferPool();
  const failing = async (bytes: number[]) => {
    const reader = new ByteReader(scriptedConn([Uint8Array.from(bytes)]), pool);
    const error = await readMessage(reader, parseGreeting).then(() => null, (error) => error);
    reader.release();
    assert.ok(error instanceof Failure);
    return error.reason;
  };
  assert.equal(await failing([71, 69, 84]), "bad_request");
  assert.equal(await failing([5, 3, 0]), "client_gone");
});

Deno.test("socks5 gives a handshake ten seconds", async () => {
  await using server = startSocks();
  using conn = await connectTo(server.port);
  await send(conn, Uint8Array.of(5, 1, 0, 5, 1));
  await eventually("it is served", () => server.sessions.length === 1);
  server.tick(Date.now() + 9000);
  assert.equal(server.collector.live.size, 1);
  server.tick(Date.now() + 10_001);
  await eventually("it has ended", () => server.collector.ended.length === 1);
  const [{ state, reason }] = server.collector.ended;
  assert.deepEqual([state, reason], ["failed", "handshake_timeout"]);
  assert.deepEqual([...await readAll(conn)].slice(2), []);
});
