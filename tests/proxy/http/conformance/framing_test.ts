/** RFC 9112, sections 6 and 7: how a body is delimited, chunks and trailers. */
import { ask, asked, breaksOff, converses, isRefused } from "../../../support/conformance.ts";

const POST = "POST / HTTP/1.1";
const TE = "Transfer-Encoding: chunked";

const passed: [title: string, send: string, sees: string][] = [
  [
    "a body of a length",
    ask(POST, ["Content-Length: 3"], "abc"),
    asked(POST, ["Content-Length: 3"], "abc"),
  ],
  [
    "an empty body of a length",
    ask(POST, ["Content-Length: 0"]),
    asked(POST, ["Content-Length: 0"]),
  ],
  [
    "a length with leading zeros, rewritten",
    ask(POST, ["content-length: 0003"], "abc"),
    asked(POST, ["Content-Length: 3"], "abc"),
  ],
  [
    "a body of GET",
    ask("GET / HTTP/1.1", ["Content-Length: 1"], "a"),
    asked("GET / HTTP/1.1", ["Content-Length: 1"], "a"),
  ],
  [
    "a body that looks like a request",
    ask(POST, ["Content-Length: 18"], "GET / HTTP/1.1\r\n\r\n"),
    asked(POST, ["Content-Length: 18"], "GET / HTTP/1.1\r\n\r\n"),
  ],
  [
    "any byte in a body",
    ask(POST, ["Content-Length: 5"], "\0\xff\r\n\x7f"),
    asked(POST, ["Content-Length: 5"], "\0\xff\r\n\x7f"),
  ],
  [
    "the length, though Connection names it",
    ask(POST, ["Connection: content-length", "Content-Length: 1"], "a"),
    asked(POST, ["Content-Length: 1"], "a"),
  ],
  [
    "a chunked body",
    ask(POST, [TE], "3\r\nabc\r\n0\r\n\r\n"),
    asked(POST, [TE], "3\r\nabc\r\n0\r\n\r\n"),
  ],
  ["an empty chunked body", ask(POST, [TE], "0\r\n\r\n"), asked(POST, [TE], "0\r\n\r\n")],
  [
    "Chunked in any case",
    ask(POST, ["transfer-encoding:\tCHUNKED "], "0\r\n\r\n"),
    asked(POST, [TE], "0\r\n\r\n"),
  ],
  [
    "the chunked coding, though Connection names it",
    ask(POST, ["Connection: Transfer-Encoding", TE], "0\r\n\r\n"),
    asked(POST, [TE], "0\r\n\r\n"),
  ],
  [
    "chunk sizes in any case and with zeros, rewritten",
    ask(POST, [TE], "00A\r\n0123456789\r\n000\r\n\r\n"),
    asked(POST, [TE], "a\r\n0123456789\r\n0\r\n\r\n"),
  ],
  [
    "a size of sixteen digits",
    ask(POST, [TE], "0000000000000001\r\na\r\n0\r\n\r\n"),
    asked(POST, [TE], "1\r\na\r\n0\r\n\r\n"),
  ],
  [
    "no chunk extensions",
    ask(POST, [TE], '1;a=b;c="d"\r\nx\r\n0;e\r\n\r\n'),
    asked(POST, [TE], "1\r\nx\r\n0\r\n\r\n"),
  ],
  [
    "chunk data that looks like chunks",
    ask(POST, [TE], "5\r\n0\r\n\r\n\r\n0\r\n\r\n"),
    asked(POST, [TE], "5\r\n0\r\n\r\n\r\n0\r\n\r\n"),
  ],
  [
    "trailers",
    ask(POST, [TE], "0\r\nX-A:  b \r\nc: d\r\n\r\n"),
    asked(POST, [TE], "0\r\nX-A:  b \r\nc: d\r\n\r\n"),
  ],
  [
    "no trailers about framing",
    ask(POST, [TE], "0\r\nContent-Length: 9\r\ntransfer-encoding: x\r\nA: b\r\n\r\n"),
    asked(POST, [TE], "0\r\nA: b\r\n\r\n"),
  ],
  [
    "no trailers about routing and this hop",
    ask(
      POST,
      [TE],
      "0\r\nHost: a\r\nVia: b\r\nConnection: c\r\nTE: d\r\nTrailer: e\r\nUpgrade: f\r\nProxy-Authorization: g\r\nExpect: h\r\nKeep-Alive: i\r\n\r\n",
    ),
    asked(POST, [TE], "0\r\n\r\n"),
  ],
  [
    "no trailers that Connection names",
    ask(POST, ["Connection: x-a", TE], "0\r\nX-A: 1\r\nX-B: 2\r\n\r\n"),
    asked(POST, [TE], "0\r\nX-B: 2\r\n\r\n"),
  ],
  [
    "Expect: 100-continue with a body that does not wait",
    ask(POST, ["Expect: 100-Continue", "Content-Length: 1"], "a"),
    asked(POST, ["Expect: 100-Continue", "Content-Length: 1"], "a"),
  ],
];
for (const [title, send, sees] of passed) {
  Deno.test(`http mode passes ${title}`, () => converses({ send, sees }));
}

const refused: [title: string, lines: string[], reason: string, status?: number][] = [
  ["both Content-Length and Transfer-Encoding", ["Content-Length: 5", TE], "both"],
  ["both the other way round", [TE, "Content-Length: 5"], "both"],
  ["both with a length of 0", [TE, "Content-Length: 0"], "both"],
  ["Content-Length twice, the same", ["Content-Length: 5", "Content-Length: 5"], "repeated"],
  ["Content-Length twice, differing", ["Content-Length: 5", "content-length: 6"], "repeated"],
  ["a list of lengths", ["Content-Length: 5, 5"], "whole number"],
  ["a positive sign", ["Content-Length: +5"], "whole number"],
  ["a negative length", ["Content-Length: -5"], "whole number"],
  ["a length in hexadecimal", ["Content-Length: 0x5"], "whole number"],
  ["an exponent", ["Content-Length: 5e1"], "whole number"],
  ["a fraction", ["Content-Length: 5.0"], "whole number"],
  ["an empty length", ["Content-Length:"], "whole number"],
  ["a length with a space in it", ["Content-Length: 5 5"], "whole number"],
  ["a length in quotes", ['Content-Length: "5"'], "whole number"],
  ["a length beyond safe integers", ["Content-Length: 9007199254740992"], "whole number"],
  ["a length beyond 64 bits", ["Content-Length: 18446744073709551617"], "whole number"],
  ["Transfer-Encoding twice", [TE, TE], "repeated"],
  ["two codings in two lines", ["Transfer-Encoding: gzip", TE], "repeated"],
  ["chunked twice", ["Transfer-Encoding: chunked, chunked"], "the last transfer coding"],
  [
    "a last coding that is not chunked",
    ["Transfer-Encoding: chunked, gzip"],
    "the last transfer coding",
  ],
  ["another coding alone", ["Transfer-Encoding: gzip"], "the last transfer coding"],
  ["identity", ["Transfer-Encoding: identity"], "the last transfer coding"],
  ["an empty coding", ["Transfer-Encoding:"], "an empty transfer coding"],
  ["an empty coding before chunked", ["Transfer-Encoding: , chunked"], "an empty transfer coding"],
  ["an empty coding behind chunked", ["Transfer-Encoding: chunked,"], "an empty transfer coding"],
  ["chunked with a parameter", ["Transfer-Encoding: chunked;a=b"], "the last transfer coding"],
  ["chunked with a byte behind it", ["Transfer-Encoding: chunked\xa0"], "the last transfer coding"],
  ["xchunked", ["Transfer-Encoding: xchunked"], "the last transfer coding"],
  [
    "an unknown coding before chunked",
    ["Transfer-Encoding: gzip, chunked"],
    "unknown transfer coding",
    501,
  ],
];
for (const [title, lines, reason, status = 400] of refused) {
  Deno.test(`http mode refuses ${title} with ${status}`, () =>
    isRefused({ send: ask(POST, lines, "5\r\nhello\r\n0\r\n\r\n"), status, reason }));
}

Deno.test("http mode refuses Transfer-Encoding in HTTP/1.0", () =>
  isRefused({
    send: ask("POST / HTTP/1.0", [TE], "0\r\n\r\n"),
    status: 400,
    reason: "in HTTP/1.0",
  }));

/** The head has gone on when a chunk turns out to be wrong: the origin must not see the body's end. */
const chunks: [title: string, body: string, seen: string, reason: string][] = [
  ["an empty size", "\r\nabc\r\n0\r\n\r\n", "", "chunk size"],
  ["a negative size", "-3\r\nabc\r\n0\r\n\r\n", "", "chunk size"],
  ["a signed size", "+3\r\nabc\r\n0\r\n\r\n", "", "chunk size"],
  ["0x before the size", "0x3\r\nabc\r\n0\r\n\r\n", "", "chunk size"],
  ["a space before the size", " 3\r\nabc\r\n0\r\n\r\n", "", "chunk size"],
  ["a space behind the size", "3 \r\nabc\r\n0\r\n\r\n", "", "chunk size"],
  ["a letter in the size", "3g\r\nabc\r\n0\r\n\r\n", "", "chunk size"],
  ["a size of seventeen digits", "00000000000000003\r\nabc\r\n0\r\n\r\n", "", "too large"],
  ["a size beyond safe integers", "20000000000000\r\nabc\r\n0\r\n\r\n", "", "too large"],
  ["a size of sixteen f", "ffffffffffffffff\r\nabc\r\n0\r\n\r\n", "", "too large"],
  ["a bare LF behind the size", "3\nabc\r\n0\r\n\r\n", "", "chunk size"],
  ["a bare CR behind the size", "3\rabc\r\n0\r\n\r\n", "", "size line"],
  ["a bare LF in an extension", "3;a\nabc\r\n0\r\n\r\n", "", "chunk extension"],
  ["a control byte in an extension", "3;\x01\r\nabc\r\n0\r\n\r\n", "", "chunk extension"],
  ["an extension that is too long", `3;${"a".repeat(300)}\r\nabc\r\n0\r\n\r\n`, "", "too long"],
  ["data beyond its size", "3\r\nabcd\r\n0\r\n\r\n", "", "end of chunk data"],
  ["data without a line end", "3\r\nabc0\r\n\r\n", "", "end of chunk data"],
  ["a bare LF behind the data", "3\r\nabc\n0\r\n\r\n", "", "end of chunk data"],
  ["a bare CR behind the data", "3\r\nabc\r0\r\n\r\n", "", "end of chunk data"],
  ["a bare LF behind the last chunk", "3\r\nabc\r\n0\n\r\n", "", "chunk size"],
  ["a trailer without a colon", "3\r\nabc\r\n0\r\nA\r\n\r\n", "3\r\nabc\r\n", "a valid name"],
  ["a trailer with a bare LF", "3\r\nabc\r\n0\r\nA: b\n\r\n", "3\r\nabc\r\n", "bare LF"],
  ["a folded trailer", "3\r\nabc\r\n0\r\nA: b\r\n c\r\n\r\n", "3\r\nabc\r\n", "folded"],
];
for (const [title, body, seen, reason] of chunks) {
  Deno.test(`http mode ends a request at ${title}, and the origin sees no end`, () =>
    breaksOff(body, seen, reason));
}

Deno.test("http mode ends a request at trailers over 64 KiB, and the origin sees no end", () => {
  const body = `3\r\nabc\r\n0\r\nA: ${"b".repeat(66_000)}\r\n\r\n`;
  const status = "431 Request Header Fields Too Large";
  return breaksOff(body, "3\r\nabc\r\n", "over 65536 bytes", status);
});

Deno.test("http mode ends a request whose chunks pass --max-body-size, and the origin sees no end", async () => {
  const flags = { maxBodySize: "5" };
  const reason = "over 5 bytes";
  await breaksOff("3\r\nabc\r\n3\r\ndef\r\n0\r\n\r\n", "", reason, "413 Content Too Large", flags);
  await breaksOff("6\r\n", "", reason, "413 Content Too Large", flags);
  await converses({
    send: ask(POST, [TE], "3\r\nabc\r\n2\r\nde\r\n0\r\n\r\n"),
    sees: asked(POST, [TE], "3\r\nabc\r\n2\r\nde\r\n0\r\n\r\n"),
    flags,
  });
});

Deno.test("http mode refuses a Content-Length over --max-body-size at once", async () => {
  const flags = { maxBodySize: "1k" };
  const send = ask(POST, ["Content-Length: 1025"], "x");
  await isRefused({ send, status: 413, reason: "the body is over 1024 bytes", flags });
  const body = "x".repeat(1024);
  const fields = ["Content-Length: 1024"];
  await converses({ send: ask(POST, fields, body), sees: asked(POST, fields, body), flags });
});
