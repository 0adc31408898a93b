import { strict as assert } from "node:assert";
import { curl, pipeCurl } from "../support/curl.ts";
import { Pattern } from "../support/pattern.ts";
import { haveProc, memory } from "../support/process.ts";
import { haveCurl } from "../support/program.ts";
import { startProxyProgram, startTestProxy } from "../support/proxy.ts";
import { readerOf, sendInto } from "../support/streams.ts";
import { readText } from "../support/tcp.ts";

const ignore = !haveCurl();
const NOWHERE = Deno.build.os === "windows" ? "NUL" : "/dev/null";
const MIB = 1 << 20;
const GIB = 1 << 30;
/** How much the program may grow beyond what a first transfer took. */
const GROWTH = 16 * MIB;
const REQUESTS = 10_000;

/** A web server over bytes that both sides know: GET sends so many by length or chunked, PUT counts them. */
class Site implements AsyncDisposable {
  /** The ports of clients that have asked. */
  readonly clients = new Set<number>();
  readonly #server: Deno.HttpServer<Deno.NetAddr>;

  constructor(readonly pattern: Pattern) {
    const options = { hostname: "127.0.0.1", port: 0, onListen() {} };
    this.#server = Deno.serve(options, (request, { remoteAddr }) => {
      this.clients.add(remoteAddr.port);
      return request.method === "PUT" ? this.#count(request) : this.#give(request);
    });
  }

  /** `page` is `length` or `chunked`; what it does for PUT is what curl does. */
  url(page: string, size: number): string {
    return `http://127.0.0.1:${this.#server.addr.port}/${page}/${size}`;
  }

  #give({ method, url }: Request): Response {
    const [, page, size] = new URL(url).pathname.split("/");
    const headers: HeadersInit = page === "length" ? { "content-length": size } : {};
    if (method === "HEAD") return new Response(null, { headers });
    const { readable, writable } = new TransformStream<Uint8Array, Uint8Array<ArrayBuffer>>();
    sendInto(writable, (to) => this.pattern.send(to, Number(size))).catch(() => {});
    return new Response(readable, { headers });
  }

  async #count(request: Request): Promise<Response> {
    const size = request.body === null ? 0 : await this.pattern.drain(readerOf(request.body));
    const framing = request.headers.get("content-length") ?? "chunked";
    return new Response(`${size} ${framing}`);
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.#server.shutdown();
  }
}

/** Downloads and checks every byte; returns how many there were. */
function download(pattern: Pattern, ...args: string[]): Promise<number> {
  return pipeCurl(args, { take: (from) => pattern.drain(from) });
}

/** Uploads by length or chunked; returns what the site says. */
function upload(pattern: Pattern, page: string, size: number, ...args: string[]): Promise<string> {
  const framing = page === "length"
    ? ["-H", "Transfer-Encoding:", "-H", `Content-Length: ${size}`]
    : [];
  return pipeCurl(["-T", "-", ...framing, ...args], {
    send: (to) => pattern.send(to, size),
    take: readText,
  });
}

for (const version of ["1.0", "1.1"]) {
  for (const [route, flags] of [["forwarded", []], ["CONNECT", ["--proxytunnel"]]] as const) {
    Deno.test({
      name: `curl with HTTP/${version} gets and sends bodies of every kind, ${route}`,
      ignore,
    }, async () => {
      const pattern = new Pattern();
      await using site = new Site(pattern);
      await using proxy = startTestProxy("http");
      const via = [`--http${version}`, ...flags];
      // With -x it is HTTP/1.1 that curl speaks to the proxy in CONNECT, with --proxy1.0 1.0.
      via.push(version === "1.0" ? "--proxy1.0" : "-x", proxy.address);
      for (const size of [0, 1, 100_000, 3 * MIB + 1]) {
        for (const page of ["length", "chunked"]) {
          const url = site.url(page, size);
          assert.equal(await download(pattern, ...via, url), size, `${page} ${size}`);
          // A client of HTTP/1.0 has no chunks.
          if (page === "chunked" && version === "1.0") continue;
          const said = `${size} ${page === "length" ? size : "chunked"}`;
          assert.equal(await upload(pattern, page, size, ...via, url), said);
        }
      }
      const head = await curl(...via, "-I", site.url("length", 12_345));
      assert.match(head, /\r\ncontent-length: 12345\r\n/i);
      const status = ["-o", NOWHERE, "-w", "%{http_code}"];
      assert.equal(await curl(...via, ...status, site.url("length", 5)), "200");
    });
  }
}

Deno.test({
  name:
    "1 GiB each way through http by curl, by length and in chunks, arrives whole and is not kept",
  ignore,
}, async () => {
  const pattern = new Pattern();
  await using site = new Site(pattern);
  await using proxy = await startProxyProgram("http");
  const via = ["-x", proxy.address];
  const transfer = async (page: string, size: number) => {
    const url = site.url(page, size);
    assert.equal(await download(pattern, ...via, url), size, `download, ${page}`);
    const said = `${size} ${page === "length" ? size : "chunked"}`;
    assert.equal(await upload(pattern, page, size, ...via, url), said, `upload, ${page}`);
  };
  // What a proxy at work needs anyway is no growth.
  await transfer("length", 64 * MIB);
  await transfer("chunked", 64 * MIB);
  const measured = haveProc("The memory that 1 GiB takes");
  const before = measured ? memory(proxy.program.pid).now : 0;
  await transfer("length", GIB);
  await transfer("chunked", GIB);
  if (measured) {
    const growth = memory(proxy.program.pid).peak - before;
    assert.ok(growth <= GROWTH, `the program grew by ${growth} bytes`);
  }
  await proxy.report(
    "all of it is counted",
    (report) =>
      report.active_connections === 0 && report.failed_connections === 0 &&
      report.total_bytes_sent > 2 * GIB && report.total_bytes_received > 2 * GIB,
  );
});

Deno.test({
  name: "10,000 requests by curl through http use one connection on either side",
  ignore,
}, async () => {
  await using site = new Site(new Pattern());
  await using proxy = await startProxyProgram("http");
  const urls = site.url("length", 5) + `?[1-${REQUESTS}]`;
  const each = ["-o", NOWHERE, "-w", "%{http_code} %{size_download} %{num_connects}\\n"];
  const lines = (await curl("-x", proxy.address, ...each, urls)).trim().split("\n");
  const again = Array.from({ length: REQUESTS - 1 }, () => "200 5 0");
  assert.deepEqual(lines, ["200 5 1", ...again]);
  assert.equal(site.clients.size, 1);
  const report = await proxy.report(
    "the requests are counted on their connection",
    (report) => report.kind === "connections" && report.connections[0]?.[11] === REQUESTS,
  );
  assert.equal(report.total_connections, 1);
});
