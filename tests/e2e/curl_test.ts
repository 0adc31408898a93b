import { strict as assert } from "node:assert";
import { createHash } from "node:crypto";
import { freeAddress, freeManagerAddress } from "../support/addresses.ts";
import { eventually } from "../support/eventually.ts";
import { runToEnd } from "../support/executable.ts";
import { haveCurl, startProgram } from "../support/program.ts";

const ignore = !haveCurl();
const SIZE = 100 << 20;
const BLOCK = crypto.getRandomValues(new Uint8Array(64 << 10));

interface Summary {
  proxy_type: string;
  active_connections: number;
  total_connections: number;
  total_bytes_sent: number;
  total_bytes_received: number;
}

/** An origin with a body of 100 MiB; `sum` is its SHA-256, `upload` answers with that of what it got. */
function startOrigin() {
  const sum = createHash("sha256");
  for (let sent = 0; sent < SIZE; sent += BLOCK.length) sum.update(BLOCK);
  const server = Deno.serve({ hostname: "127.0.0.1", port: 0, onListen() {} }, async (request) => {
    if (request.method === "GET") {
      return new Response(blocks(), { headers: { "content-length": `${SIZE}` } });
    }
    const hash = createHash("sha256");
    for await (const part of request.body ?? []) hash.update(part);
    return new Response(hash.digest("hex"));
  });
  return { server, address: `127.0.0.1:${server.addr.port}`, sum: sum.digest("hex") };
}

function blocks(): ReadableStream<Uint8Array> {
  let left = SIZE / BLOCK.length;
  return new ReadableStream({
    pull: (controller) => left-- > 0 ? controller.enqueue(BLOCK) : controller.close(),
  });
}

async function curl(...args: string[]): Promise<string> {
  const { code, stdout, stderr } = await runToEnd("curl", ["-sS", "-m", "120", ...args], ".");
  assert.equal(code, 0, stderr);
  return stdout;
}

/** Downloads slowly enough to be watched; returns the file's SHA-256. */
async function download(file: string, ...args: string[]): Promise<string> {
  await curl("-o", file, "--limit-rate", "60M", ...args);
  const hash = createHash("sha256");
  for await (const part of (await Deno.open(file)).readable) hash.update(part);
  await Deno.remove(file);
  return hash.digest("hex");
}

Deno.test({
  name: "100 MiB by curl through each proxy arrive intact, are seen under way and exact at the end",
  ignore,
}, async () => {
  const { server, address: origin, sum } = startOrigin();
  await using _ = server;
  const manager = freeManagerAddress();
  await using _manager = startProgram(["--manager", "--no-history", "--listen", manager]);
  const [tcp, http, socks5] = [freeAddress(), freeAddress(), freeAddress()];
  const reporting = ["--manager-addr", manager, "--report-interval", "0.2"];
  await using _tcp = startProgram([
    ...["--mode", "tcp", "--listen", tcp, "--target", origin],
    ...reporting,
  ]);
  await using _http = startProgram(["--mode", "http", "--listen", http, ...reporting]);
  await using _socks5 = startProgram([
    ...["--mode", "socks5", "--listen", socks5, "--socks5-auth", "ann:secret"],
    ...reporting,
  ]);
  const proxies = async (): Promise<Summary[]> =>
    await (await fetch(`http://${manager}/api/proxies`)).json();
  const proxy = async (type: string) => (await proxies()).find((p) => p.proxy_type === type)!;
  await eventually("all three are known", async () => (await proxies()).length === 3);

  const folder = await Deno.makeTempDir();
  const routes: [type: string, args: string[]][] = [
    ["tcp", [`http://${tcp}/`]],
    ["http", ["-x", `http://${http}`, `http://${origin}/`]],
    ["socks5", ["-x", `socks5h://ann:secret@${socks5}`, `http://${origin}/`]],
  ];
  for (const [type, args] of routes) {
    const transfer = download(`${folder}/${type}`, ...args);
    await eventually(`${type}: bytes are seen while the transfer runs`, async () => {
      const { active_connections, total_bytes_received } = await proxy(type);
      return active_connections === 1 && total_bytes_received > 1 << 20 &&
        total_bytes_received < SIZE;
    });
    assert.equal(await transfer, sum, type);
    const { total_bytes_received } = await eventually(`${type}: the end is reported`, async () => {
      const summary = await proxy(type);
      return summary.active_connections === 0 && summary;
    });
    // The body, and a response head whose length is known for the modes that pass it on as it is.
    const head = total_bytes_received - SIZE;
    assert.ok(head > 0 && head < 400, `${type}: ${head} bytes beside the body`);
    assert.equal(head, await headLength(origin), type);
  }

  const file = `${folder}/upload`;
  await Deno.writeFile(file, blocks());
  for (const [type, args] of routes) {
    assert.equal(await curl("-T", file, ...args), sum, `${type}: upload by length`);
    const chunked = ["-H", "Transfer-Encoding: chunked", "-T", file];
    assert.equal(await curl(...chunked, ...args), sum, `${type}: upload in chunks`);
  }
  const tunnel = ["--proxytunnel", "-x", `http://${http}`, `http://${origin}/`];
  assert.equal(await download(`${folder}/tunnel`, ...tunnel), sum);
  await Deno.remove(folder, { recursive: true });
});

/** The bytes of the head that the origin's response to GET begins with. */
async function headLength(origin: string): Promise<number> {
  const [hostname, port] = origin.split(":");
  using conn = await Deno.connect({ hostname, port: Number(port) });
  await conn.write(new TextEncoder().encode(`GET / HTTP/1.1\r\nHost: ${origin}\r\n\r\n`));
  const buffer = new Uint8Array(8192);
  let text = "";
  while (!text.includes("\r\n\r\n")) {
    const n = await conn.read(buffer);
    assert.ok(n !== null);
    text += new TextDecoder("latin1").decode(buffer.subarray(0, n));
  }
  return text.indexOf("\r\n\r\n") + 4;
}
