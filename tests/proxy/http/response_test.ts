import fc from "fast-check";
import { strict as assert } from "node:assert";
import type { Framing } from "../../../proxy/http/body.ts";
import { parseResponse } from "../../../proxy/http/response.ts";
import { bytes, onlyHttpError, refuses } from "../../support/http_bytes.ts";

function parse(head: string, method = "GET") {
  const all = bytes(head);
  return parseResponse(all, 0, all.length, method);
}

const statusLines: [line: string, status: number, phrase: string, minor: number][] = [
  ["HTTP/1.1 200 OK", 200, "OK", 1],
  ["HTTP/1.1 200 ", 200, "", 1],
  ["HTTP/1.1 200", 200, "", 1],
  ["HTTP/1.0 404 Not Found", 404, "Not Found", 0],
  ["HTTP/1.1 299  two  spaces ", 299, " two  spaces ", 1],
  ["HTTP/1.1 200 \xe4\t!", 200, "\xe4\t!", 1],
  ["HTTP/1.1 999 x", 999, "x", 1],
];
for (const [line, status, phrase, minor] of statusLines) {
  Deno.test(`parseResponse understands "${line}"`, () => {
    const response = parse(`${line}\r\n\r\n`);
    assert.deepEqual([response.status, response.phrase, response.minor], [status, phrase, minor]);
  });
}

const wrong: [title: string, head: string][] = [
  ["an empty status line", "\r\n\r\n"],
  ["another protocol", "ICY 200 OK\r\n\r\n"],
  ["HTTP/2", "HTTP/2.0 200 OK\r\n\r\n"],
  ["a version in lower case", "http/1.1 200 OK\r\n\r\n"],
  ["a status of two digits", "HTTP/1.1 20 OK\r\n\r\n"],
  ["a status of four digits", "HTTP/1.1 2000 OK\r\n\r\n"],
  ["a status below 100", "HTTP/1.1 099 OK\r\n\r\n"],
  ["a signed status", "HTTP/1.1 +20 OK\r\n\r\n"],
  ["two spaces before the status", "HTTP/1.1  200 OK\r\n\r\n"],
  ["no space before the phrase", "HTTP/1.1 200OK\r\n\r\n"],
  ["a control byte in the phrase", "HTTP/1.1 200 O\x01K\r\n\r\n"],
  ["NUL in the phrase", "HTTP/1.1 200 O\0K\r\n\r\n"],
  ["a bare CR in the phrase", "HTTP/1.1 200 O\rK\r\n\r\n"],
  ["a space before the first field", "HTTP/1.1 200 OK\r\n A: b\r\n\r\n"],
  ["a folded field", "HTTP/1.1 200 OK\r\nA: b\r\n c\r\n\r\n"],
  ["a blank before a colon", "HTTP/1.1 200 OK\r\nContent-Length : 5\r\n\r\n"],
  ["a line without a colon", "HTTP/1.1 200 OK\r\nA\r\n\r\n"],
  ["Content-Length twice", "HTTP/1.1 200 OK\r\nContent-Length: 5\r\nContent-Length: 6\r\n\r\n"],
  ["a list of lengths", "HTTP/1.1 200 OK\r\nContent-Length: 5, 5\r\n\r\n"],
  ["a negative length", "HTTP/1.1 200 OK\r\nContent-Length: -5\r\n\r\n"],
  [
    "both framings",
    "HTTP/1.1 200 OK\r\nContent-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n",
  ],
  ["an unknown coding", "HTTP/1.1 200 OK\r\nTransfer-Encoding: gzip, chunked\r\n\r\n"],
  ["a last coding that is not chunked", "HTTP/1.1 200 OK\r\nTransfer-Encoding: gzip\r\n\r\n"],
  ["Transfer-Encoding in HTTP/1.0", "HTTP/1.0 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"],
];
for (const [title, head] of wrong) {
  Deno.test(`parseResponse makes a 502 of ${title}`, () => {
    refuses(() => parse(head), 502);
  });
}

const framings: [method: string, status: number, fields: string, framing: Framing][] = [
  ["GET", 200, "", { kind: "close" }],
  ["GET", 200, "Content-Length: 0\r\n", { kind: "length", length: 0 }],
  ["GET", 200, "Content-Length: 7\r\n", { kind: "length", length: 7 }],
  ["GET", 200, "Transfer-Encoding: chunked\r\n", { kind: "chunked" }],
  ["HEAD", 200, "Content-Length: 7\r\n", { kind: "none" }],
  ["HEAD", 200, "Transfer-Encoding: chunked\r\n", { kind: "none" }],
  ["HEAD", 200, "", { kind: "none" }],
  ["GET", 304, "Content-Length: 7\r\n", { kind: "none" }],
  ["GET", 204, "", { kind: "none" }],
  ["POST", 100, "", { kind: "none" }],
  ["GET", 103, "Link: </a>\r\n", { kind: "none" }],
  ["GET", 205, "Content-Length: 0\r\n", { kind: "length", length: 0 }],
  ["POST", 500, "", { kind: "close" }],
];
for (const [method, status, fields, framing] of framings) {
  Deno.test(`parseResponse frames ${status} to ${method} by ${fields.trim() || "nothing"}`, () => {
    assert.deepEqual(parse(`HTTP/1.1 ${status} x\r\n${fields}\r\n`, method).framing, framing);
  });
}

const persistence: [head: string, keepAlive: boolean][] = [
  ["HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n", true],
  ["HTTP/1.1 200 OK\r\nContent-Length: 0\r\nConnection: close\r\n\r\n", false],
  ["HTTP/1.0 200 OK\r\nContent-Length: 0\r\n\r\n", false],
  ["HTTP/1.0 200 OK\r\nContent-Length: 0\r\nConnection: keep-alive\r\n\r\n", true],
  ["HTTP/1.1 200 OK\r\n\r\n", false],
  ["HTTP/1.1 200 OK\r\nConnection: keep-alive\r\n\r\n", false],
  ["HTTP/1.1 204 x\r\n\r\n", true],
];
for (const [head, keepAlive] of persistence) {
  Deno.test(`parseResponse keeps alive: ${keepAlive} after ${JSON.stringify(head)}`, () => {
    assert.equal(parse(head).keepAlive, keepAlive);
  });
}

Deno.test("parseResponse never throws anything but HttpError", () => {
  const seen = new Set<string>();
  const good = bytes("HTTP/1.1 200 OK\r\nContent-Length: 5\r\nConnection: x\r\nVia: 1.1 b\r\n\r\n");
  fc.assert(
    fc.property(fc.nat(good.length - 1), fc.nat(255), fc.nat(2), (at, byte, remove) => {
      const all = Uint8Array.from([...good.slice(0, at), byte, ...good.slice(at + remove)]);
      seen.add(onlyHttpError(() => parseResponse(all, 0, all.length, "GET")));
    }),
    { numRuns: 1000 },
  );
  fc.assert(fc.property(fc.uint8Array({ maxLength: 300 }), (any) => {
    onlyHttpError(() => parseResponse(any, 0, any.length, "GET"));
  }));
  assert.deepEqual([...seen].sort(), ["refused", "returned"]);
});
