import { strict as assert } from "node:assert";
import { ReceiverThread } from "../../../manager/receiver/thread.ts";
import { ListenError } from "../../../proxy/net/address.ts";
import { eventually } from "../../support/eventually.ts";
import type { Flood } from "../../support/udp_flood.ts";
import { socketState } from "../../support/udp_socket.ts";

const ANY = { host: "127.0.0.1", port: 0 };
const FLOOD = new URL("../../support/udp_flood.ts", import.meta.url);
const CHANNEL = "receiver dies";
const DYING = new URL(
  `../../support/dying_worker.ts?channel=${encodeURIComponent(CHANNEL)}`,
  import.meta.url,
);
/** Elsewhere nothing tells what the system holds and drops. */
const ignore = Deno.build.os !== "linux";
if (ignore) console.log("Tests that read /proc/net/udp are skipped: they need Linux");

interface Setup {
  rate?: number;
  url?: URL;
  accept?: (bytes: Uint8Array, source: string) => boolean;
}

/** A receiver on any port, and what it delivered. */
async function startReceiver({ rate = 1_000_000, url, accept = () => true }: Setup = {}) {
  const got: { text: string; source: string; ageMs: number }[] = [];
  const deliver = (bytes: Uint8Array, source: string, ageMs: number) => {
    got.push({ text: new TextDecoder().decode(bytes), source, ageMs });
    return accept(bytes, source);
  };
  const thread = new ReceiverThread({ listen: ANY, rate }, deliver, url);
  await thread.start();
  return { got, thread, [Symbol.dispose]: () => thread.stop() };
}

/** Lets a thread send; `done` is set once it has. */
function flood(port: number, datagrams: Uint8Array[], pace: number) {
  const done = new Int32Array(new SharedArrayBuffer(4));
  const worker = new Worker(FLOOD, { type: "module" });
  worker.postMessage({ port, datagrams, pace, done } satisfies Flood);
  return { done, [Symbol.dispose]: () => worker.terminate() };
}

const text = (value: string) => new TextEncoder().encode(value);

async function send(port: number, ...texts: string[]): Promise<void> {
  const socket = Deno.listenDatagram({ hostname: "127.0.0.1", port: 0, transport: "udp" });
  for (const each of texts) {
    await socket.send(text(each), { transport: "udp", hostname: "127.0.0.1", port });
  }
  socket.close();
}

Deno.test("ReceiverThread delivers what arrives, with its sender and its age", async () => {
  using receiver = await startReceiver();
  const { got, thread } = receiver;
  assert.ok(thread.addr.port > 0);
  await send(thread.addr.port, "one", "", "three");
  await eventually("all have come", () => got.length === 3);
  assert.deepEqual(got.map((each) => each.text).toSorted(), ["", "one", "three"]);
  for (const { source, ageMs } of got) {
    assert.equal(source, "127.0.0.1");
    assert.ok(ageMs >= 0);
  }
  await eventually("its sender is known", () => thread.counters.sources === 1);
  assert.deepEqual(thread.counters, {
    datagrams: 0,
    bytes: 0,
    dropped: {},
    errors: 0,
    sources: 1,
  });
});

Deno.test("ReceiverThread knows no address whose reports were not accepted", async () => {
  using receiver = await startReceiver({ rate: 1, accept: (bytes) => bytes.length > 1 });
  const { got, thread } = receiver;
  await send(thread.addr.port, ...Array(50).fill("?"));
  await eventually("each is delivered or counted", () => {
    return got.length + thread.counters.datagrams === 50;
  });
  assert.deepEqual(Object.keys(thread.counters.dropped), ["stranger_rate"]);
  assert.equal(thread.counters.sources, 0);
});

Deno.test("ReceiverThread rejects with ListenError where the port is taken", async () => {
  using taken = await startReceiver();
  const { port } = taken.thread.addr;
  const second = new ReceiverThread({ listen: { ...ANY, port }, rate: 1 }, () => true);
  await assert.rejects(second.start(), (error) => {
    assert.ok(error instanceof ListenError);
    assert.equal(error.message, `Cannot listen on udp 127.0.0.1:${port}: the port is in use`);
    assert.ok(error.cause instanceof Deno.errors.AddrInUse);
    return true;
  });
});

Deno.test(
  { name: "ReceiverThread accounts for a burst: what the system delivered it hands on", ignore },
  async () => {
    using receiver = await startReceiver();
    const { got, thread } = receiver;
    const { port } = thread.addr;
    const datagrams = Array.from({ length: 5_000 }, (_, i) => text(`${i}`.padEnd(1_400)));
    using sender = flood(port, datagrams, 0);
    await eventually("everything is sent", () => Atomics.load(sender.done, 0) === 1);
    await eventually("every datagram is accounted for", () => {
      return got.length + thread.counters.datagrams + socketState(port).drops === 5_000;
    });
    assert.ok(got.length > 0);
    assert.equal(new Set(got.map((each) => each.text)).size, got.length, "each came once");
  },
);

Deno.test(
  { name: "ReceiverThread loses nothing while the thread that started it is busy", ignore },
  async () => {
    using receiver = await startReceiver();
    const { got, thread } = receiver;
    const { port } = thread.addr;
    // What 2,000 datagrams a second are in 300 ms, and some ten times what the system would hold.
    const datagrams = Array.from({ length: 1_000 }, (_, i) => text(`${i}`.padEnd(1_400)));
    using sender = flood(port, datagrams, 20);
    assert.notEqual(Atomics.wait(sender.done, 0, 0, 30_000), "timed-out");
    assert.equal(got.length, 0, "this thread was blocked all the time");
    assert.deepEqual(socketState(port), { queued: 0, drops: 0 });
    await eventually("all have come", () => got.length === 1_000);
    assert.deepEqual(got.map((each) => Number(each.text)), datagrams.map((_, i) => i));
    assert.equal(thread.counters.datagrams, 0);
  },
);

Deno.test("ReceiverThread takes the place of one that dies, on the same port", async () => {
  using receiver = await startReceiver({ url: DYING, rate: 1 });
  using channel = {
    it: new BroadcastChannel(CHANNEL),
    [Symbol.dispose]() {
      this.it.close();
    },
  };
  const { got, thread } = receiver;
  const { port } = thread.addr;
  await send(port, ...Array(50).fill("before"));
  await eventually("drops are counted", () => thread.counters.datagrams >= 1);
  const before = thread.counters;
  channel.it.postMessage("now");
  await eventually("it has died", () => thread.deaths === 1);
  got.length = 0;
  await eventually("its successor delivers", async () => {
    await send(port, "after");
    return got.length > 0;
  });
  assert.equal(got[0].text, "after");
  assert.equal(thread.addr.port, port);
  assert.ok(thread.counters.datagrams >= before.datagrams, "counters go on from where they were");
});
