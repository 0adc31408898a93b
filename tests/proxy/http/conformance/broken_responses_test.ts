/** RFC 9112, sections 4, 6.3 and 8: answers of an origin that break a rule, or break off. */
import {
  answered,
  ask,
  asked,
  CLOSES,
  converses,
  refusal,
  VIA,
} from "../../../support/conformance.ts";

const CHUNKED = "Transfer-Encoding: chunked";

const broken: [title: string, answer: string, reason: string][] = [
  ["another protocol", "SSH-2.0-OpenSSH\r\n\r\n", "no valid status line"],
  ["ICY", "ICY 200 OK\r\n\r\n", "no valid status line"],
  ["HTTP/2.0", "HTTP/2.0 200 OK\r\n\r\n", "no valid status line"],
  ["a version in lower case", "http/1.1 200 OK\r\n\r\n", "no valid status line"],
  ["an empty line first", "\r\nHTTP/1.1 200 OK\r\n\r\n", "no valid status line"],
  ["a status of two digits", "HTTP/1.1 20 OK\r\n\r\n", "no valid status line"],
  ["a status of four digits", "HTTP/1.1 2000 OK\r\n\r\n", "no valid status line"],
  ["a status below 100", "HTTP/1.1 099 OK\r\n\r\n", "no valid status line"],
  ["NUL in the phrase", "HTTP/1.1 200 \0\r\n\r\n", "a control character in the status line"],
  ["bare LFs", "HTTP/1.1 200 OK\nContent-Length: 0\n\n", "bare LF in the head"],
  [
    "a folded field",
    "HTTP/1.1 200 OK\r\nA: b\r\n c\r\nContent-Length: 0\r\n\r\n",
    "a folded field line",
  ],
  [
    "a space before a colon",
    "HTTP/1.1 200 OK\r\nA : b\r\n\r\n",
    "white space between a field name and its colon",
  ],
  [
    "a line without a colon",
    "HTTP/1.1 200 OK\r\nA\r\n\r\n",
    "a field line without a valid name and a colon",
  ],
  ["NUL in a field", "HTTP/1.1 200 OK\r\nA: \0\r\n\r\n", "a control character in a field value"],
  [
    "Content-Length twice",
    "HTTP/1.1 200 OK\r\nContent-Length: 2\r\nContent-Length: 2\r\n\r\nok",
    "Content-Length is repeated",
  ],
  [
    "a list of lengths",
    "HTTP/1.1 200 OK\r\nContent-Length: 2, 2\r\n\r\nok",
    "Content-Length is not a whole number",
  ],
  [
    "a signed length",
    "HTTP/1.1 200 OK\r\nContent-Length: +2\r\n\r\nok",
    "Content-Length is not a whole number",
  ],
  [
    "an empty length",
    "HTTP/1.1 200 OK\r\nContent-Length:\r\n\r\nok",
    "Content-Length is not a whole number",
  ],
  [
    "both framings",
    `HTTP/1.1 200 OK\r\nContent-Length: 2\r\n${CHUNKED}\r\n\r\n0\r\n\r\n`,
    "both Content-Length and Transfer-Encoding",
  ],
  [
    "both framings to a 304",
    `HTTP/1.1 304 X\r\nContent-Length: 2\r\n${CHUNKED}\r\n\r\n`,
    "both Content-Length and Transfer-Encoding",
  ],
  [
    "Transfer-Encoding in HTTP/1.0",
    `HTTP/1.0 200 OK\r\n${CHUNKED}\r\n\r\n0\r\n\r\n`,
    "Transfer-Encoding in HTTP/1.0",
  ],
  [
    "an unknown coding",
    "HTTP/1.1 200 OK\r\nTransfer-Encoding: gzip, chunked\r\n\r\n0\r\n\r\n",
    'unknown transfer coding "gzip"',
  ],
  [
    "a last coding that is not chunked",
    "HTTP/1.1 200 OK\r\nTransfer-Encoding: gzip\r\n\r\nx",
    "the last transfer coding, and only that, must be chunked",
  ],
  [
    "a body in an interim response",
    "HTTP/1.1 103 X\r\nContent-Length: 2\r\n\r\nokHTTP/1.1 200 OK\r\n\r\n",
    "a body in a 103",
  ],
  [
    "chunks in an interim response",
    `HTTP/1.1 100 X\r\n${CHUNKED}\r\n\r\n0\r\n\r\nHTTP/1.1 200 OK\r\n\r\n`,
    "a body in a 100",
  ],
  [
    "a head over 64 KiB",
    `HTTP/1.1 200 OK\r\nA: ${"x".repeat(66_000)}\r\n\r\n`,
    "the head is over 65536 bytes long",
  ],
];
for (const [title, answer, reason] of broken) {
  Deno.test(`http mode makes a 502 of a response with ${title}`, () =>
    converses({
      send: ask(),
      sees: asked(),
      answers: [answer],
      gets: refusal("502 Bad Gateway", `the origin's response: ${reason}`, "http_protocol_error"),
    }));
}

const unfinished: [title: string, answer: string, reason: string, error: string][] = [
  [
    "no response at all",
    CLOSES,
    "the origin closed the connection without a response",
    "http_response_incomplete",
  ],
  [
    "half a status line",
    `HTTP/1.1 20${CLOSES}`,
    "the origin closed the connection without a response",
    "http_response_incomplete",
  ],
  [
    "half a head",
    `HTTP/1.1 200 OK\r\nA: b\r\n${CLOSES}`,
    "the origin closed the connection without a response",
    "http_response_incomplete",
  ],
  [
    "an interim response alone",
    `HTTP/1.1 101 Switching\r\n\r\n`,
    "the origin switched protocols unasked",
    "http_protocol_error",
  ],
];
for (const [title, answer, reason, error] of unfinished) {
  Deno.test(`http mode makes a 502 of ${title}`, () =>
    converses({
      send: ask(),
      sees: asked(),
      answers: [answer],
      gets: refusal("502 Bad Gateway", reason, error),
    }));
}

Deno.test("http mode ends at more interim responses than anyone sends", () =>
  converses({
    send: ask(),
    sees: asked(),
    answers: ["HTTP/1.1 102 P\r\n\r\n".repeat(17)],
    gets: `HTTP/1.1 102 P\r\nVia: 1.1 ${VIA}\r\n\r\n`.repeat(16) +
      refusal("502 Bad Gateway", "too many interim responses", "http_protocol_error"),
  }));

const truncated: [title: string, answer: string, gets: string][] = [
  [
    "a length not reached",
    `HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nok${CLOSES}`,
    answered(["Content-Length: 9"], "ok"),
  ],
  [
    "a chunk not reached",
    `HTTP/1.1 200 OK\r\n${CHUNKED}\r\n\r\n9\r\nok${CLOSES}`,
    answered([CHUNKED], "9\r\nok"),
  ],
  [
    "no last chunk",
    `HTTP/1.1 200 OK\r\n${CHUNKED}\r\n\r\n2\r\nok\r\n${CLOSES}`,
    answered([CHUNKED], "2\r\nok\r\n"),
  ],
  [
    "no end of the last chunk",
    `HTTP/1.1 200 OK\r\n${CHUNKED}\r\n\r\n2\r\nok\r\n0\r\n${CLOSES}`,
    answered([CHUNKED], "2\r\nok\r\n"),
  ],
  [
    "half a trailer",
    `HTTP/1.1 200 OK\r\n${CHUNKED}\r\n\r\n2\r\nok\r\n0\r\nA: b\r\n${CLOSES}`,
    answered([CHUNKED], "2\r\nok\r\n"),
  ],
];
for (const [title, answer, gets] of truncated) {
  Deno.test(`http mode does not make a body look complete that has ${title}`, () =>
    converses({ send: ask(), sees: asked(), answers: [answer], gets, closes: true }));
}

Deno.test("http mode makes a 502 of a body whose first chunk breaks a rule", () =>
  converses({
    send: ask(),
    sees: asked(),
    answers: [`HTTP/1.1 200 OK\r\n${CHUNKED}\r\n\r\n-2\r\nok\r\n0\r\n\r\n`],
    gets: refusal(
      "502 Bad Gateway",
      "the origin's response: malformed chunk size",
      "http_protocol_error",
    ),
  }));

Deno.test("http mode holds --max-header-size against the origin's heads too", () =>
  converses({
    send: ask(),
    sees: asked(),
    answers: [`HTTP/1.1 200 OK\r\nA: ${"x".repeat(2000)}\r\n\r\n`],
    gets: refusal(
      "502 Bad Gateway",
      "the origin's response: the head is over 1024 bytes long",
      "http_protocol_error",
    ),
    flags: { maxHeaderSize: "1k" },
  }));
