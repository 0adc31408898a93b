/** What this parser accepts, the one of node:http has to read the same way: else the two could be set against each other. */
import fc from "fast-check";
import { strict as assert } from "node:assert";
import { createServer, METHODS } from "node:http";
import type { AddressInfo } from "node:net";
import { HttpError } from "../../../proxy/http/error.ts";
import { headLength, latin1, valueText } from "../../../proxy/http/fields.ts";
import { encodeRequestHead } from "../../../proxy/http/head.ts";
import { parseRequest, type Request } from "../../../proxy/http/request.ts";
import { within } from "../../support/eventually.ts";
import { bytes, text } from "../../support/http_bytes.ts";
import { mutatedHead, requestHead } from "../../support/request_heads.ts";
import { connectTo, readAll, send } from "../../support/tcp.ts";

/** A request as somebody has read it. */
interface Reading {
  method: string;
  target: string;
  fields: string[];
  body: string;
}

/** A server of node:http with its strict parser, which keeps the last request that it has read. */
async function startNode() {
  let last: Reading | null = null;
  const server = createServer({ insecureHTTPParser: false }, (request, response) => {
    let body = "";
    request.on("data", (data: Uint8Array) => body += text(data));
    request.on("end", () => {
      const { method = "", url = "", rawHeaders } = request;
      last = { method, target: url, fields: rawHeaders, body };
      response.setHeader("Connection", "close");
      response.end();
    });
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo;
  return {
    /** Null if it refuses. */
    async read(request: string): Promise<Reading | null> {
      last = null;
      using conn = await connectTo(port);
      await send(conn, bytes(request)).catch(() => {});
      await within(`an answer of node:http to ${JSON.stringify(request)}`, readAll(conn), 5000)
        .catch((error) => assert.ok(error instanceof Deno.errors.ConnectionReset, error));
      return last;
    },
    [Symbol.asyncDispose]: () => new Promise<void>((resolve) => server.close(() => resolve())),
  };
}

/** The head as this parser reads it, if it takes it for one whole head of a request to forward. */
function accepted(head: string): Request | null {
  const all = bytes(head);
  try {
    if (headLength(all, 0, all.length) !== all.length) return null;
    const request = parseRequest(all, 0, all.length);
    const { method, framing } = request;
    return method === "CONNECT" || (framing.kind === "length" && framing.length > 1000)
      ? null
      : request;
  } catch (error) {
    assert.ok(error instanceof HttpError, String(error));
    return null;
  }
}

/** A body as the head declares it, and its data. */
function bodyOf({ framing }: Request): [sent: string, data: string] {
  if (framing.kind === "chunked") return ["3\r\nabc\r\n0\r\n\r\n", "abc"];
  const data = framing.kind === "length" ? "x".repeat(framing.length) : "";
  return [data, data];
}

function fieldsOf({ bytes: all, fields }: Request): string[] {
  return fields.flatMap((field) => [latin1(all, field.line, field.nameEnd), valueText(all, field)]);
}

/**
 * What node:http refuses and this proxy does not, each on purpose; a head is compared with what stands in
 * their place here.
 * - Methods that are not in its list: extensions are allowed (RFC 9110, section 16.1), and an origin may know them.
 * - HTTP/1.2 and later: to be read as the highest version one knows (RFC 9110, section 2.5). It goes on as HTTP/1.1.
 * - A tab behind Content-Length: white space at a value's end is no part of it (RFC 9110, section 5.5). The field
 *   is written anew, so that nobody behind the proxy sees the tab.
 */
function inNodesWords(head: string): string {
  const end = head.indexOf("\r\n");
  const [method, target, version] = head.slice(0, end).split(" ");
  const known = METHODS.includes(method) ? method : "PATCH";
  const fields = head.slice(end).replace(/(\r\ncontent-length:[^\r]*\d)[ \t]+\r\n/i, "$1\r\n");
  return `${known} ${target} ${version === "HTTP/1.0" ? version : "HTTP/1.1"}${fields}`;
}

Deno.test("parseRequest and node:http read alike what parseRequest accepts", async () => {
  await using node = await startNode();
  let compared = 0;
  const alike = async (original: string) => {
    const ours = accepted(original);
    if (!ours) return;
    compared++;
    const head = inNodesWords(original);
    const [sent, body] = bodyOf(ours);
    const [method, target] = head.split(" ", 2);
    const theirs = await node.read(head + sent);
    assert.deepEqual(theirs, { method, target, fields: fieldsOf(ours), body }, original);
    assert.equal(ours.method, original.split(" ")[0]);
    const rest = target.replace(/^http:\/\/[^/?]*/i, "");
    assert.equal(
      ours.path,
      rest.startsWith("/") ? rest : rest && `/${rest}` || (method === "OPTIONS" ? "*" : "/"),
    );
  };
  await fc.assert(fc.asyncProperty(requestHead, alike), { numRuns: 400 });
  await fc.assert(fc.asyncProperty(mutatedHead, alike), { numRuns: 2500 });
  assert.ok(compared > 550, `only ${compared} heads were compared`);
});

Deno.test("encodeRequestHead writes what node:http reads as the request that came in", async () => {
  await using node = await startNode();
  let compared = 0;
  const alike = async (original: string) => {
    const ours = accepted(original);
    if (!ours) return;
    compared++;
    const head = text(encodeRequestHead(ours, "rustproxy-x"));
    const [sent, body] = bodyOf(ours);
    const theirs = await node.read(inNodesWords(head) + sent);
    assert.ok(theirs, head);
    assert.deepEqual([theirs.target, theirs.body], [ours.path, body], original);
    const [name, host] = theirs.fields;
    assert.deepEqual([name, host.replace(/:80$/, "")], ["Host", hostOf(ours)]);
    assert.deepEqual(theirs.fields.slice(-2), ["Via", `1.${ours.minor} rustproxy-x`]);
    const names = theirs.fields.filter((_, i) => i % 2 === 0).map((name) => name.toLowerCase());
    for (const hop of ["connection", "proxy-connection", "keep-alive", "te", "upgrade"]) {
      assert.ok(!names.includes(hop), head);
    }
    for (const once of ["host", "content-length", "transfer-encoding"]) {
      assert.ok(names.filter((name) => name === once).length <= 1, head);
    }
  };
  await fc.assert(fc.asyncProperty(requestHead, alike), { numRuns: 300 });
  await fc.assert(fc.asyncProperty(mutatedHead, alike), { numRuns: 1500 });
  assert.ok(compared > 380, `only ${compared} heads were compared`);
});

function hostOf({ target: { host, port } }: Request): string {
  const name = host.includes(":") ? `[${host}]` : host;
  return port === 80 ? name : `${name}:${port}`;
}

Deno.test("node:http refuses nothing else than inNodesWords tells", async () => {
  await using node = await startNode();
  assert.equal(await node.read("FOO http://a/ HTTP/1.1\r\nHost: a\r\n\r\n"), null);
  assert.equal(await node.read("GET http://a/ HTTP/1.2\r\nHost: a\r\n\r\n"), null);
  assert.equal(await node.read("GET / HTTP/1.1\r\nHost: a\r\nContent-Length: 0\t\r\n\r\n"), null);
});
