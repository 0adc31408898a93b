import { strict as assert } from "node:assert";
import { BufferPool } from "../../../proxy/net/buffer.ts";
import { relay } from "../../../proxy/net/relay.ts";
import { Bandwidth, createBandwidth, type Throttle } from "../../../proxy/net/throttle.ts";
import { FakeClock } from "../../support/fake_clock.ts";

const NONE = { bandwidth: null, bandwidthPerConnection: null };

/** A relay between two sides that send and take as fast as they can, until it is closed. */
class Flow {
  record = { bytes_sent: 0, bytes_received: 0, last_activity: 0 };
  relaying = null;
  /** Bytes that were taken from the client. */
  taken = 0;
  largestRead = 0;
  open = true;
  readonly client = this.#conn((n) => {
    this.taken += n;
    this.largestRead = Math.max(this.largestRead, n);
  });
  readonly target = this.#conn(() => {});
  readonly ended: Promise<string>;

  constructor(readonly throttle: Throttle, early?: Uint8Array) {
    this.ended = relay(this, this.target, new BufferPool(), early);
  }

  close(): void {
    this.open = false;
    this.throttle.close();
  }

  #conn(onRead: (n: number) => void): Deno.TcpConn {
    return {
      read: (into: Uint8Array) => {
        if (!this.open) return Promise.resolve(null);
        onRead(into.length);
        return Promise.resolve(into.length);
      },
      write: (from: Uint8Array) => Promise.resolve(from.length),
      closeWrite: () => Promise.resolve(),
      close: () => {},
    } as unknown as Deno.TcpConn;
  }
}

/** What `count` connections pass in 10 s, each way. */
async function tenSeconds(
  options: ConstructorParameters<typeof Bandwidth>[0],
  count = 1,
  clock = new FakeClock(),
) {
  const bandwidth = new Bandwidth(options, clock);
  const flows = Array.from({ length: count }, () => new Flow(bandwidth.throttle()));
  await clock.run(10_000);
  const sent = flows.map(({ record }) => record.bytes_sent);
  const received = flows.map(({ record }) => record.bytes_received);
  for (const flow of flows) flow.close();
  await Promise.all(flows.map((flow) => flow.ended));
  assert.equal(clock.timers.length, 0, "no timer outlives the connections");
  return { sent, received, flows };
}

const sum = (all: number[]) => all.reduce((a, b) => a + b, 0);

function within5Percent(bytes: number, rate: number, what: string): void {
  assert.ok(
    Math.abs(bytes / (rate * 10) - 1) <= 0.05,
    `${what}: ${bytes} bytes at ${rate} a second`,
  );
}

for (const rate of [1000, 12_345, 1e6, 1e8]) {
  Deno.test(`Bandwidth lets a connection pass ${rate} bytes a second each way, within 5 % over 10 s`, async () => {
    const { sent, received } = await tenSeconds({ ...NONE, bandwidthPerConnection: rate });
    within5Percent(sent[0], rate, "sent");
    within5Percent(received[0], rate, "received");
  });

  Deno.test(`Bandwidth shares ${rate} bytes a second among 10 connections, within 5 % over 10 s`, async () => {
    const { sent, received } = await tenSeconds({ ...NONE, bandwidth: rate }, 10);
    within5Percent(sum(sent), rate, "sent");
    within5Percent(sum(received), rate, "received");
    const fair = rate;
    for (const bytes of [...sent, ...received]) {
      assert.ok(bytes > fair * 0.8 && bytes < fair * 1.2, `${bytes} of ${fair} bytes`);
    }
  });
}

Deno.test("Bandwidth keeps the rate though every timer is late", async () => {
  const { sent } = await tenSeconds({ ...NONE, bandwidth: 1e6 }, 3, new FakeClock(40));
  within5Percent(sum(sent), 1e6, "sent");
});

Deno.test("Bandwidth keeps a connection's rate though each of its timers is late", async () => {
  const { sent } = await tenSeconds(
    { ...NONE, bandwidthPerConnection: 1e6 },
    1,
    new FakeClock(100),
  );
  within5Percent(sent[0], 1e6, "sent");
});

Deno.test("Bandwidth counts what was read before the relay began", async () => {
  const clock = new FakeClock();
  const bandwidth = new Bandwidth({ ...NONE, bandwidthPerConnection: 1000 }, clock);
  const flow = new Flow(bandwidth.throttle(), new Uint8Array(3000));
  await clock.run(2999);
  assert.equal(flow.record.bytes_sent, 0);
  await clock.run(1);
  assert.equal(flow.record.bytes_sent, 3000);
  flow.close();
  await flow.ended;
});

Deno.test("Bandwidth starves none of a thousand connections", async () => {
  const { sent } = await tenSeconds({ ...NONE, bandwidth: 1e6 }, 1000);
  within5Percent(sum(sent), 1e6, "sent");
  assert.ok(Math.min(...sent) >= 4096, `${Math.min(...sent)} bytes of 10,000`);
});

Deno.test("Bandwidth holds the connection's rate and the proxy's at the same time", async () => {
  const few = await tenSeconds({ bandwidth: 1e6, bandwidthPerConnection: 1e5 }, 2);
  for (const bytes of few.sent) within5Percent(bytes, 1e5, "two connections");
  const many = await tenSeconds({ bandwidth: 1e6, bandwidthPerConnection: 4e5 }, 10);
  within5Percent(sum(many.sent), 1e6, "ten connections");
});

Deno.test("Bandwidth takes no more from a sender than goes out soon", async () => {
  const { flows: [flow] } = await tenSeconds({ ...NONE, bandwidthPerConnection: 1e5 });
  assert.ok(flow.largestRead <= 5000, `${flow.largestRead} bytes`);
  assert.ok(flow.taken - flow.record.bytes_sent <= 5000);
  const crowd = await tenSeconds({ ...NONE, bandwidth: 1e6 }, 200);
  const held = crowd.flows.map(({ taken, record }) => taken - record.bytes_sent);
  assert.ok(sum(held) <= 200 * 4096, `${sum(held)} bytes`);
});

Deno.test("Throttle.close wakes what waits, and others may use what it had taken", async () => {
  const clock = new FakeClock();
  const bandwidth = new Bandwidth({ ...NONE, bandwidth: 1000 }, clock);
  const [first, second] = [bandwidth.throttle(), bandwidth.throttle()];
  let woken = 0;
  const waiting = [first.up.pay(100_000), first.up.pay(100_000)].map((paid) =>
    paid.then(() => woken++)
  );
  await clock.run(1000);
  assert.deepEqual([woken, first.waiting, clock.timers.length], [0, true, 2]);
  first.close();
  await Promise.all(waiting);
  assert.deepEqual([first.waiting, clock.timers.length], [false, 0]);
  await first.up.pay(1e9);
  let paid = false;
  const paying = second.up.pay(100).then(() => paid = true);
  await clock.run(100);
  assert.equal(paid, true);
  await paying;
});

Deno.test("Lane.write sends all the bytes in pieces, in order, at the rate", async () => {
  const clock = new FakeClock();
  const { down } = new Bandwidth({ ...NONE, bandwidthPerConnection: 10_000 }, clock).throttle();
  const bytes = crypto.getRandomValues(new Uint8Array(10_000));
  const got: number[] = [];
  // Takes 100 bytes at a time, as a full socket may.
  const conn = {
    write: (from: Uint8Array) => {
      const n = Math.min(100, from.length);
      got.push(...from.subarray(0, n));
      return Promise.resolve(n);
    },
  } as unknown as Deno.Conn;
  const writing = down.write(conn, bytes, { last_activity: 0 });
  await clock.run(500);
  assert.ok(got.length >= 4000 && got.length <= 5000, `${got.length} bytes after half the time`);
  await clock.run(600);
  await writing;
  assert.deepEqual(Uint8Array.from(got), bytes);
});

Deno.test("createBandwidth makes nothing where nothing is limited", () => {
  assert.equal(createBandwidth(NONE), null);
  assert.ok(createBandwidth({ ...NONE, bandwidth: 1000 }));
  assert.ok(createBandwidth({ ...NONE, bandwidthPerConnection: 1000 }));
});
