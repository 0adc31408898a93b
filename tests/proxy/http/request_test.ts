import fc from "fast-check";
import { strict as assert } from "node:assert";
import type { Framing } from "../../../proxy/http/body.ts";
import { parseRequest } from "../../../proxy/http/request.ts";
import { MAX_TARGET } from "../../../proxy/http/request_line.ts";
import { bytes, onlyHttpError, refuses } from "../../support/http_bytes.ts";

function parse(head: string) {
  const all = bytes(head);
  return parseRequest(all, 0, all.length);
}

/** A GET with these field lines. */
const withFields = (...lines: string[]) =>
  ["GET http://a/ HTTP/1.1", "Host: a", ...lines, "", ""].join("\r\n");
/** A request whose target is this. */
const withTarget = (target: string, method = "GET") =>
  `${method} ${target} HTTP/1.1\r\nHost: a\r\n\r\n`;

const lines: [title: string, line: string, status: number][] = [
  ["an empty line", "", 400],
  ["a method alone", "GET", 400],
  ["no version", "GET http://a/", 400],
  ["an empty version", "GET http://a/ ", 400],
  ["no method", " http://a/ HTTP/1.1", 400],
  ["no target", "GET  HTTP/1.1", 400],
  ["two spaces before the version", "GET http://a/  HTTP/1.1", 400],
  ["two spaces before the target", "GET  http://a/ HTTP/1.1", 400],
  ["a space in the target", "GET http://a/b c HTTP/1.1", 400],
  ["a space behind the version", "GET http://a/ HTTP/1.1 ", 400],
  ["a tab for a space", "GET\thttp://a/ HTTP/1.1", 400],
  ["a method that is no token", "G(T http://a/ HTTP/1.1", 400],
  ["NUL in the method", "G\0T http://a/ HTTP/1.1", 400],
  ["NUL in the target", "GET http://a/\0 HTTP/1.1", 400],
  ["a bare CR", "GET http://a/\r HTTP/1.1", 400],
  ["a bare CR at its end", "GET http://a/ HTTP/1.1\r", 400],
  ["a bare CR for the end", "GET http://a/ HTTP/1.1\rX: y", 400],
  ["a bare LF", "GET http://a/ HTTP/1.1\nX: y", 400],
  ["a version in lower case", "GET http://a/ http/1.1", 400],
  ["a version without a minor", "GET http://a/ HTTP/1", 400],
  ["a version with two digits", "GET http://a/ HTTP/1.10", 400],
  ["a major version with two digits", "GET http://a/ HTTP/11.1", 400],
  ["a version of another protocol", "GET http://a/ ICY/1.1", 400],
  ["HTTP/0.9", "GET http://a/ HTTP/0.9", 505],
  ["HTTP/2.0", "GET http://a/ HTTP/2.0", 505],
  ["the preface of HTTP/2", "PRI * HTTP/2.0", 505],
  ["a target over 16 KiB", `GET http://a/${"x".repeat(MAX_TARGET)} HTTP/1.1`, 414],
];
for (const [title, line, status] of lines) {
  Deno.test(`parseRequest answers ${status} to a request line with ${title}`, () => {
    refuses(() => parse(`${line}\r\nHost: a\r\n\r\n`), status);
  });
}

Deno.test("parseRequest takes a target of 16 KiB, whole", () => {
  const target = `http://a/${"x".repeat(MAX_TARGET - 9)}`;
  assert.equal(parse(withTarget(target)).path.length, MAX_TARGET - 8);
});

Deno.test("parseRequest takes HTTP/1.2 for HTTP/1.1 (RFC 9110, section 6.2)", () => {
  assert.equal(parse("GET http://a/ HTTP/1.2\r\nHost: a\r\n\r\n").minor, 1);
});

const hosts: [value: string, ok: boolean][] = [
  ["a", true],
  ["a:80", true],
  ["a:", true],
  ["b.example:8080", true],
  ["127.0.0.1", true],
  ["[::1]", true],
  ["[::1]:80", true],
  ["", true],
  ["a:65536", false],
  ["a:99999", false],
  ["a:123456", false],
  ["a:x", false],
  ["a b", false],
  ["a,b", false],
  ["a/b", false],
  ["http://a", false],
  ["u@a", false],
  ["::1", false],
  ["[::1", false],
  ["[a]", false],
  ["[1.2.3.4]", false],
  ["[]", false],
  [":80", false],
  ["a\xa0", false],
];
for (const [value, ok] of hosts) {
  Deno.test(`parseRequest ${ok ? "takes" : "refuses"} Host: ${value || "(empty)"}`, () => {
    const run = () => parse(`GET http://a/ HTTP/1.1\r\nHost: ${value}\r\n\r\n`);
    // An empty one is what a client has to send whose target has no authority.
    if (ok) assert.deepEqual(run().target, { host: "a", port: 80 });
    else refuses(run, 400);
  });
}

const heads: [title: string, head: string, status: number][] = [
  ["no Host", "GET http://a/ HTTP/1.1\r\n\r\n", 400],
  ["Host twice", withFields("Host: a"), 400],
  ["Host twice, differing", withFields("host: b"), 400],
  ["Host twice in HTTP/1.0", "GET http://a/ HTTP/1.0\r\nHost: a\r\nHost: a\r\n\r\n", 400],
  ["no Host in CONNECT", "CONNECT a:443 HTTP/1.1\r\n\r\n", 400],
  ["a folded field", withFields("A: b", " c"), 400],
  ["a blank before a colon", withFields("A : b"), 400],
  ["a space before the first field", "GET http://a/ HTTP/1.1\r\n Host: a\r\n\r\n", 400],
  ["an unknown expectation", withFields("Expect: 200-ok"), 417],
  ["two expectations", withFields("Expect: 100-continue, x"), 417],
  ["an empty expectation", withFields("Expect:"), 417],
  [
    "an expectation twice, the second unknown",
    withFields("Expect: 100-continue", "Expect: x"),
    417,
  ],
  [
    "both Content-Length and Transfer-Encoding",
    withFields("Content-Length: 5", "Transfer-Encoding: chunked"),
    400,
  ],
  ["Content-Length twice", withFields("Content-Length: 5", "Content-Length: 5"), 400],
  ["an unknown coding", withFields("Transfer-Encoding: gzip, chunked"), 501],
  [
    "Transfer-Encoding in HTTP/1.0",
    "POST http://a/ HTTP/1.0\r\nTransfer-Encoding: chunked\r\n\r\n",
    400,
  ],
  ["more names in Connection than are compared", withFields(`Connection: ${"x,".repeat(65)}`), 400],
];
for (const [title, head, status] of heads) {
  Deno.test(`parseRequest answers ${status} to ${title}`, () => {
    refuses(() => parse(head), status);
  });
}

const bodies: [line: string, framing: Framing][] = [
  ["X: y", { kind: "none" }],
  ["Content-Length: 0", { kind: "length", length: 0 }],
  ["Content-Length: 12", { kind: "length", length: 12 }],
  ["Transfer-Encoding: chunked", { kind: "chunked" }],
  ["Transfer-Encoding: Chunked", { kind: "chunked" }],
];
for (const [line, framing] of bodies) {
  Deno.test(`parseRequest frames a body by ${line}`, () => {
    assert.deepEqual(parse(withFields(line)).framing, framing);
  });
}

Deno.test("parseRequest needs no Host in HTTP/1.0", () => {
  const request = parse("GET http://a/ HTTP/1.0\r\n\r\n");
  assert.deepEqual([request.minor, request.keepAlive], [0, false]);
});

const persistence: [version: string, fields: string[], keepAlive: boolean, names: string[]][] = [
  ["1.1", [], true, []],
  ["1.1", ["Connection: close"], false, []],
  ["1.1", ["Connection: Close"], false, []],
  ["1.1", ["Connection: keep-alive"], true, []],
  ["1.1", ["Connection: keep-alive, close"], false, []],
  ["1.1", ["Connection: X-A", "Connection: x-B , close"], false, ["x-a", "x-b"]],
  ["1.1", ["Connection: closed"], true, ["closed"]],
  ["1.1", ["Proxy-Connection: close"], false, []],
  ["1.1", ["Proxy-Connection: x-a"], true, []],
  ["1.0", [], false, []],
  ["1.0", ["Connection: Keep-Alive"], true, []],
  ["1.0", ["Proxy-Connection: keep-alive"], true, []],
  ["1.0", ["Connection: keep-alive", "Proxy-Connection: close"], false, []],
  ["1.1", ["Keep-Alive: timeout=5"], true, []],
  ["1.1", ["Trailer: close"], true, []],
];
for (const [version, fields, keepAlive, names] of persistence) {
  Deno.test(`parseRequest keeps alive: ${keepAlive} for HTTP/${version} ${fields.join(" and ")}`, () => {
    const head = [`GET http://a/ HTTP/${version}`, "Host: a", ...fields, "", ""].join("\r\n");
    const request = parse(head);
    assert.deepEqual([request.keepAlive, request.connectionNames], [keepAlive, names]);
  });
}

Deno.test("parseRequest reads between `start` and `end` alone", () => {
  const head = withFields("A: b");
  const all = bytes(`POST /before\r\n\r\n${head}Host: behind\r\n\r\n`);
  const start = all.length - head.length - "Host: behind\r\n\r\n".length;
  const request = parseRequest(all, start, start + head.length);
  assert.deepEqual([request.method, request.target.host, request.fields.length], ["GET", "a", 2]);
});

Deno.test("parseRequest never throws anything but HttpError", () => {
  const seen = new Set<string>();
  const good = bytes(withFields("Content-Length: 5", "Connection: close, x", "Via: 1.1 b"));
  const edit = fc.record({
    at: fc.nat(good.length - 1),
    remove: fc.nat(3),
    insert: fc.uint8Array({ maxLength: 3 }),
  });
  fc.assert(
    fc.property(fc.array(edit, { maxLength: 3 }), (edits) => {
      let head: number[] = [...good];
      for (const { at, remove, insert } of edits) {
        head = [...head.slice(0, at), ...insert, ...head.slice(at + remove)];
      }
      const all = Uint8Array.from(head);
      seen.add(onlyHttpError(() => parseRequest(all, 0, all.length)));
    }),
    { numRuns: 2000 },
  );
  fc.assert(fc.property(fc.uint8Array({ maxLength: 300 }), (any) => {
    onlyHttpError(() => parseRequest(any, 0, any.length));
  }));
  assert.deepEqual([...seen].sort(), ["refused", "returned"]);
});
