import { strict as assert } from "node:assert";
import { type RunningProxy, startProxyThreads } from "../../../proxy/mod.ts";
import { proxyOptionsSchema } from "../../../proxy/options.ts";
import { type Datagram, datagramSchema, MAX_DATAGRAM_BYTES } from "../../../proxy/stats/report.ts";
import { deriveKey, readHeader, unseal } from "../../../proxy/stats/seal.ts";
import { eventually } from "../../support/eventually.ts";
import { TempFile } from "../../support/htpasswd.ts";
import { keyOf, KEYS } from "../../support/sealed.ts";
import { connectTo, echo, readExactly, send, startTcp } from "../../support/tcp.ts";

const WORKER = new URL("../../../worker.ts", import.meta.url);
const CHANNEL = "nonces go on";
const DYING = new URL(
  `../../support/dying_worker.ts?channel=${encodeURIComponent(CHANNEL)}`,
  import.meta.url,
);
const WORKERS = 3;
const CONNECTIONS = 60;
/** Elsewhere one worker does it all. */
const ignore = Deno.build.os !== "linux";
if (ignore) console.log("Tests of several workers' nonces are skipped: they need Linux");

interface Sent {
  bootId: string;
  seq: number;
  /** Which of the keys it was sealed with. */
  key: string;
  report: Datagram;
}

/** Takes sealed datagrams in, and opens each. */
function collect() {
  const socket = Deno.listenDatagram({ transport: "udp", hostname: "127.0.0.1", port: 0 });
  const all: Sent[] = [];
  const receiving = (async () => {
    try {
      for await (const [bytes] of socket) all.push(open(bytes));
    } catch (error) {
      if (!(error instanceof Deno.errors.BadResource)) throw error;
    }
  })();
  const close = async () => {
    socket.close();
    await receiving;
  };
  return { address: `127.0.0.1:${(socket.addr as Deno.NetAddr).port}`, all, close };
}

function open(bytes: Uint8Array): Sent {
  assert.ok(bytes.length <= MAX_DATAGRAM_BYTES, `${bytes.length} bytes`);
  const header = readHeader(bytes);
  assert.ok(typeof header !== "string", "no header");
  const { bootId, seq } = header;
  for (const key of KEYS) {
    const text = unseal(bytes, deriveKey(keyOf(key), bootId));
    if (text === null) continue;
    const report = datagramSchema.parse(JSON.parse(new TextDecoder().decode(text)));
    return { bootId, seq, key, report };
  }
  assert.fail("sealed with another key");
}

/** Which of the workers' connections a report holds. */
function slots(sent: Sent[]): Set<number> {
  const records = sent.flatMap(({ report }) =>
    report.kind === "connections" ? report.connections : []
  );
  return new Set(records.map(([id]) => id % 1024));
}

/** Runs with a proxy of several workers, and checks in the end what they have sent. */
async function withWorkers(
  url: URL,
  run: (proxy: RunningProxy, all: Sent[]) => Promise<void>,
  key: Partial<Record<"statsKey" | "statsKeyFile", string>> = { statsKey: KEYS[0] },
) {
  await using server = startTcp(echo);
  const collected = collect();
  const options = proxyOptionsSchema.parse({
    mode: "tcp",
    listen: "127.0.0.1:0",
    target: server.address,
    statsAddr: collected.address,
    ...key,
    reportInterval: "0.1",
    drainTimeout: "0",
    workers: String(WORKERS),
  });
  const setup = { level: "error", format: "json" };
  const naming = { version: "0.1.0", host: "test" };
  const proxy = await startProxyThreads(options, naming, { url, setup });
  try {
    await run(proxy, collected.all);
    await proxy.stop();
    await eventually("the stop is reported", () => {
      return collected.all.some(({ report }) => report.state === "stopped");
    });
  } finally {
    await proxy.stop();
    await collected.close();
  }
  const seqs = collected.all.map(({ seq }) => seq);
  assert.equal(new Set(seqs).size, seqs.length, "a nonce was used twice");
  assert.equal(new Set(collected.all.map(({ bootId }) => bootId)).size, 1);
  for (const { bootId, seq, report } of collected.all) {
    assert.deepEqual([bootId, seq], [report.boot_id, report.seq]);
  }
}

async function connectAll(port: number): Promise<Disposable> {
  const conns = await Promise.all(Array.from({ length: CONNECTIONS }, async () => {
    const conn = await connectTo(port);
    await send(conn, "x");
    await readExactly(conn, 1);
    return conn;
  }));
  return { [Symbol.dispose]: () => conns.forEach((conn) => conn.close()) };
}

Deno.test({ name: "Workers that seal with one key use no nonce twice", ignore }, async () => {
  await withWorkers(WORKER, async ({ addr }, all) => {
    using _ = await connectAll(addr.port);
    await eventually("every worker has reported", () => slots(all).size === WORKERS);
  });
});

Deno.test({
  name: "Workers that take the place of dead ones use no nonce of theirs",
  ignore,
}, async () => {
  await withWorkers(DYING, async ({ addr }, all) => {
    using _ = await connectAll(addr.port);
    await eventually("all are reported", () =>
      slots(all).size === WORKERS &&
      all.at(-1)?.report.active_connections === CONNECTIONS);
    const channel = new BroadcastChannel(CHANNEL);
    channel.postMessage("die");
    channel.close();
    await eventually(
      "they are accounted for",
      () => all.some(({ report }) => report.failed_connections === CONNECTIONS),
    );
    using _again = await eventually("new ones accept", () => connectAll(addr.port));
    await eventually("new workers have reported", () => slots(all).size > WORKERS);
  });
});

Deno.test({ name: "Workers follow the file that holds their key", ignore }, async () => {
  await using file = new TempFile(KEYS[0], "key");
  await withWorkers(WORKER, async ({ addr }, all) => {
    using _ = await connectAll(addr.port);
    const sealedWith = (key: string) => slots(all.filter((sent) => sent.key === key));
    await eventually("every worker seals", () => sealedWith(KEYS[0]).size === WORKERS);
    file.replace(KEYS[1]);
    await eventually("every worker seals anew", () => sealedWith(KEYS[1]).size === WORKERS);
    const seen = all.length;
    await eventually("it goes on", () => all.length > seen + 10);
  }, { statsKeyFile: file.path });
});
