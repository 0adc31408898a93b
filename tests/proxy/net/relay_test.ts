import { strict as assert } from "node:assert";
import { BUFFER_SIZES, BufferPool } from "../../../proxy/net/buffer.ts";
import { relay, type RelayEnd, type Traffic, type Tunnel } from "../../../proxy/net/relay.ts";
import { closeQuietly } from "../../../proxy/net/close.ts";
import { eventually } from "../../support/eventually.ts";
import { connectResettable } from "../../support/resettable.ts";
import { connectTo, readAll, readExactly, send } from "../../support/tcp.ts";

interface Pair {
  client: Deno.TcpConn;
  clientPort: number;
  target: Deno.TcpConn;
  traffic: { bytes_sent: number; bytes_received: number; last_activity: number };
  ended: Promise<RelayEnd>;
}

function tunnel(client: Deno.TcpConn, target: Deno.TcpConn, record: Traffic): Tunnel {
  const close = () => {
    closeQuietly(client);
    closeQuietly(target);
  };
  return { client, record, relaying: null, close };
}

/** A relay between two real connections; `client` and `target` are the far ends. */
async function withRelay(run: (pair: Pair) => Promise<void>, early?: Uint8Array): Promise<void> {
  using left = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  using right = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  const [client, innerClient] = await Promise.all([connectTo(left.addr.port), left.accept()]);
  const [target, innerTarget] = await Promise.all([connectTo(right.addr.port), right.accept()]);
  const traffic = { bytes_sent: 0, bytes_received: 0, last_activity: 0 };
  const pool = new BufferPool();
  const ended = relay(tunnel(innerClient, innerTarget, traffic), innerTarget, pool, early);
  try {
    await run({ client, clientPort: left.addr.port, target, traffic, ended });
  } finally {
    for (const conn of [client, target]) {
      try {
        conn.close();
      } catch { /* closed by the test */ }
    }
    await ended;
  }
}

Deno.test("relay passes on a half-close while the other direction still flows", async () => {
  await withRelay(async ({ client, target, traffic, ended }) => {
    await send(client, "question");
    await client.closeWrite();
    assert.equal(new TextDecoder().decode(await readAll(target)), "question");
    const answer = new Uint8Array(5 << 20).fill(7);
    await Promise.all([
      send(target, answer).then(() => target.closeWrite()),
      readAll(client).then((got) => assert.deepEqual(got, answer)),
    ]);
    assert.equal(await ended, "done");
    assert.equal(traffic.bytes_sent, 8);
    assert.equal(traffic.bytes_received, answer.length);
  });
});

Deno.test("relay passes on a half-close of the target while the client still sends", async () => {
  await withRelay(async ({ client, target, ended }) => {
    await target.closeWrite();
    assert.equal(await client.read(new Uint8Array(1)), null);
    await send(client, "late");
    assert.deepEqual(await readExactly(target, 4), new TextEncoder().encode("late"));
    await client.closeWrite();
    assert.equal(await ended, "done");
  });
});

Deno.test("relay counts bytes while they flow", async () => {
  await withRelay(async ({ client, target, traffic }) => {
    await send(client, "12345");
    await readExactly(target, 5);
    await eventually("the bytes are counted", () => traffic.bytes_sent === 5);
    assert.ok(Math.abs(traffic.last_activity - Date.now() / 1000) < 60);
    await send(target, "123");
    await readExactly(client, 3);
    await eventually("the bytes are counted", () => traffic.bytes_received === 3);
  });
});

Deno.test("relay sends early bytes first", async () => {
  await withRelay(async ({ client, target, traffic }) => {
    await send(client, "second");
    const got = new TextDecoder().decode(await readExactly(target, 11));
    assert.equal(got, "firstsecond");
    await eventually("the bytes are counted", () => traffic.bytes_sent === 11);
  }, new TextEncoder().encode("first"));
});

Deno.test("relay stops reading from a fast sender while the receiver does not read", async () => {
  await withRelay(async ({ client, target, traffic }) => {
    const all = 64 << 20;
    const sending = send(client, new Uint8Array(all)).then(() => "sent", () => "broken");
    let before = 0;
    let looks = 0;
    await eventually("the flow stands still", () => {
      looks = traffic.bytes_sent > 0 && traffic.bytes_sent === before ? looks + 1 : 0;
      before = traffic.bytes_sent;
      return looks === 10;
    });
    assert.ok(traffic.bytes_sent < all / 2, `${traffic.bytes_sent} bytes were taken`);
    await readExactly(target, all);
    assert.equal(await sending, "sent");
  });
});

Deno.test("relay holds no more for slow readers than a buffer each way", async () => {
  // The readers take some buffers full, so that these grow to their largest size, and then no more.
  const stopped: PromiseWithResolvers<void>[] = [];
  const side = () => {
    const counts = { read: 0, written: 0 };
    const stop = Promise.withResolvers<void>();
    stopped.push(stop);
    const conn = {
      read: (into: Uint8Array) => {
        counts.read += into.length;
        return Promise.resolve(into.length);
      },
      write: async (from: Uint8Array) => {
        if (counts.written > 8 << 20) await stop.promise.then(() => Promise.reject(new Error()));
        counts.written += from.length;
        return from.length;
      },
      closeWrite: () => Promise.resolve(),
      close: () => {},
    } as unknown as Deno.TcpConn;
    return { conn, counts };
  };
  const [client, target] = [side(), side()];
  const traffic = { bytes_sent: 0, bytes_received: 0, last_activity: 0 };
  const ended = relay(tunnel(client.conn, target.conn, traffic), target.conn, new BufferPool());
  await eventually(
    "both stand still",
    () => client.counts.written > 8 << 20 && target.counts.written > 8 << 20,
  );
  const held = [
    client.counts.read - target.counts.written,
    target.counts.read - client.counts.written,
  ];
  for (const bytes of held) {
    assert.equal(bytes, BUFFER_SIZES.at(-1), "one buffer of the largest size");
  }
  for (const stop of stopped) stop.resolve();
  await ended;
});

Deno.test("relay ends both sides when the client resets", async () => {
  using left = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  using right = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  const [client, innerClient] = await Promise.all([
    connectResettable(left.addr.port),
    left.accept(),
  ]);
  const [target, innerTarget] = await Promise.all([connectTo(right.addr.port), right.accept()]);
  using _ = target;
  const traffic = { bytes_sent: 0, bytes_received: 0, last_activity: 0 };
  const ended = relay(tunnel(innerClient, innerTarget, traffic), innerTarget, new BufferPool());
  await client.reset();
  assert.equal(await ended, "client_reset");
  assert.equal(await target.read(new Uint8Array(1)), null);
});

Deno.test("relay delivers what the target sent although the target takes no more", async () => {
  await withRelay(async ({ client, target, ended }) => {
    const answer = new Uint8Array(1 << 20).fill(3);
    // The target answers at length and leaves without reading what the client goes on sending.
    const flood = (async () => {
      try {
        for (;;) await send(client, new Uint8Array(64 << 10));
      } catch { /* as expected, once the relay has ended */ }
    })();
    const reading = readExactly(client, answer.length);
    await send(target, answer);
    assert.deepEqual(await reading, answer);
    target.close();
    assert.notEqual(await ended, "done");
    await flood;
  });
});
