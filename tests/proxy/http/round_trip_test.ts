/** Heads that are written and read again say the same. */
import fc from "fast-check";
import { strict as assert } from "node:assert";
import { latin1 } from "../../../proxy/http/fields.ts";
import { encodeRequestHead, encodeResponseHead } from "../../../proxy/http/head.ts";
import { parseRequest, type Request } from "../../../proxy/http/request.ts";
import { parseResponse, type Response } from "../../../proxy/http/response.ts";
import { formatAddress } from "../../../proxy/net/address.ts";
import { bytes, text } from "../../support/http_bytes.ts";
import { requestHead } from "../../support/request_heads.ts";

const VIA = "rustproxy-x";

function parse(head: string): Request {
  const all = bytes(head);
  return parseRequest(all, 0, all.length);
}

const lines = ({ bytes, fields }: Request | Response) =>
  fields.map(({ line, end }) => latin1(bytes, line, end));

/** As a proxy further on would get it. */
function absolute(head: string, { target, path }: Request): string {
  const end = head.indexOf(" HTTP/1.1\r\n");
  const method = head.slice(0, head.indexOf(" "));
  return `${method} http://${formatAddress(target)}${path === "*" ? "" : path}${head.slice(end)}`;
}

Deno.test("parseRequest reads again what encodeRequestHead writes, and nothing is lost", () => {
  fc.assert(
    fc.property(requestHead, (head) => {
      const first = parse(head);
      const written = text(encodeRequestHead(first, VIA));
      const again = parse(absolute(written, first));
      assert.deepEqual(
        [again.method, again.target, again.path, again.framing],
        [first.method, first.target, first.path, first.framing],
      );
      // The second time nothing is left to take out; Via alone is new.
      const twice = text(encodeRequestHead(again, VIA));
      const framing =
        /(?:Content-Length: \d+|Transfer-Encoding: chunked)\r\n(?=Via: 1\.\d rustproxy-x\r\n\r\n$)/;
      const own = /Via: 1\.\d rustproxy-x\r\n(?=\r\n$|(?:Content|Transfer|Via)[^\r]*\r\n)/g;
      assert.equal(
        twice.replace(framing, "").replace(own, ""),
        written.replace(framing, "").replace(own, ""),
      );
    }),
    { numRuns: 2000 },
  );
});

const response = fc.record({
  status: fc.integer({ min: 200, max: 599 }),
  phrase: fc.string({ unit: fc.constantFrom(..."aZ 09\t!\xe4"), maxLength: 10 }),
  fields: fc.array(
    fc.constantFrom("A: b", "Set-Cookie: a=b", "set-cookie: c", "X:", "Via: 1.0 a", 'ETag: "\xe4"'),
    { maxLength: 6 },
  ),
  framing: fc.constantFrom(
    "Content-Length: 0\r\n",
    "Content-Length: 7\r\n",
    "Transfer-Encoding: chunked\r\n",
  ),
});

Deno.test("parseResponse reads again what encodeResponseHead writes, and nothing is lost", () => {
  fc.assert(
    fc.property(response, fc.boolean(), ({ status, phrase, fields, framing }, keepAlive) => {
      const head = bytes(
        `HTTP/1.1 ${status} ${phrase}\r\n${
          fields.map((field) => `${field}\r\n`).join("")
        }${framing}\r\n`,
      );
      const first = parseResponse(head, 0, head.length, "GET");
      const written = encodeResponseHead(first, {
        framing: first.framing,
        clientMinor: 1,
        keepAlive,
        via: VIA,
      });
      const again = parseResponse(written, 0, written.length, "GET");
      assert.deepEqual([again.status, again.phrase, again.framing], [
        first.status,
        first.phrase,
        first.framing,
      ]);
      assert.equal(again.keepAlive, keepAlive && first.framing.kind !== "close");
      const added = ["Via: 1.1 rustproxy-x\r\n", ...(keepAlive ? [] : ["Connection: close\r\n"])];
      const kept = lines(first).filter((line) =>
        status !== 204 || !line.startsWith("Content-Length")
      )
        .filter((line) => first.framing.kind !== "none" || !line.startsWith("Transfer"));
      assert.deepEqual(lines(again), [...kept, ...added]);
    }),
    { numRuns: 1000 },
  );
});
