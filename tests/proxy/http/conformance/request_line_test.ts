/** RFC 9112, sections 2 and 3: the request line, its method and its version. */
import { ask, asked, converses, isRefused, ORIGIN } from "../../../support/conformance.ts";

const HOST = `Host: ${ORIGIN}\r\n\r\n`;
const TARGET = `http://${ORIGIN}/`;

const passed: [title: string, send: string, sees: string][] = [
  ["a method that nobody knows", ask("FOO! / HTTP/1.1"), asked("FOO! / HTTP/1.1")],
  ["a method in lower case as another method", ask("get / HTTP/1.1"), asked("get / HTTP/1.1")],
  ["a minor version to come as HTTP/1.1", ask("GET / HTTP/1.9"), asked()],
  ["an empty line before the request", `\r\n${ask()}`, asked()],
  ["several empty lines before the request", `\r\n\r\n\r\n${ask()}`, asked()],
  [
    "a target of 16 KiB",
    ask(`GET /${"x".repeat(16_350)} HTTP/1.1`),
    asked(`GET /${"x".repeat(16_350)} HTTP/1.1`),
  ],
];
for (const [title, send, sees] of passed) {
  Deno.test(`http mode passes ${title}`, () => converses({ send, sees }));
}

const refused: [title: string, send: string, status: number, reason: string][] = [
  ["a request line without a target", `GET HTTP/1.1\r\n${HOST}`, 400, "expected a target"],
  ["a request line without a version", `GET ${TARGET}\r\n${HOST}`, 400, "then the HTTP version"],
  ["a request line of HTTP/0.9", `GET /\r\n\r\n`, 400, "then the HTTP version"],
  ["a space before the method", ` GET ${TARGET} HTTP/1.1\r\n${HOST}`, 400, "expected a method"],
  ["two spaces behind the method", `GET  ${TARGET} HTTP/1.1\r\n${HOST}`, 400, "expected a target"],
  ["two spaces before the version", `GET ${TARGET}  HTTP/1.1\r\n${HOST}`, 400, "as the version"],
  ["a space behind the version", `GET ${TARGET} HTTP/1.1 \r\n${HOST}`, 400, "as the version"],
  ["a tab between method and target", `GET\t${TARGET} HTTP/1.1\r\n${HOST}`, 400, "a method"],
  ["a tab before the version", `GET ${TARGET}\tHTTP/1.1\r\n${HOST}`, 400, "expected a target"],
  ["a space in the target", `GET ${TARGET}a b HTTP/1.1\r\n${HOST}`, 400, "as the version"],
  ["a method with a parenthesis", `G(T ${TARGET} HTTP/1.1\r\n${HOST}`, 400, "expected a method"],
  ["a method with a byte above ASCII", `G\xcbT ${TARGET} HTTP/1.1\r\n${HOST}`, 400, "a method"],
  ["NUL in the method", `G\0T ${TARGET} HTTP/1.1\r\n${HOST}`, 400, "expected a method"],
  ["NUL in the target", `GET ${TARGET}\0 HTTP/1.1\r\n${HOST}`, 400, "expected a target"],
  ["NUL in the version", `GET ${TARGET} HTTP/1.\x001\r\n${HOST}`, 400, "as the version"],
  ["DEL in the target", `GET ${TARGET}\x7f HTTP/1.1\r\n${HOST}`, 400, "expected a target"],
  ["a byte above ASCII in the target", `GET ${TARGET}\xe4 HTTP/1.1\r\n${HOST}`, 400, "a target"],
  ["a bare LF behind the request line", `GET ${TARGET} HTTP/1.1\n${HOST}`, 400, "bare LF"],
  ["a bare LF before the request", `\n${ask()}`, 400, "bare LF"],
  ["a bare CR within the request line", `GET ${TARGET}\r HTTP/1.1\r\n${HOST}`, 400, "target"],
  ["a bare CR behind the request line", `GET ${TARGET} HTTP/1.1\rA: b\r\n${HOST}`, 400, "bare CR"],
  ["two CRs behind the request line", `GET ${TARGET} HTTP/1.1\r\r\n${HOST}`, 400, "bare CR"],
  ["a version in lower case", `GET ${TARGET} http/1.1\r\n${HOST}`, 400, "as the version"],
  ["a version without a minor", `GET ${TARGET} HTTP/1\r\n${HOST}`, 400, "as the version"],
  ["a version with a long minor", `GET ${TARGET} HTTP/1.01\r\n${HOST}`, 400, "as the version"],
  ["a signed version", `GET ${TARGET} HTTP/1.-1\r\n${HOST}`, 400, "as the version"],
  ["another protocol", `GET ${TARGET} ICY/1.1\r\n${HOST}`, 400, "as the version"],
  ["HTTP/0.9 by name", `GET ${TARGET} HTTP/0.9\r\n${HOST}`, 505, "not HTTP/0.9"],
  ["HTTP/2.0", `GET ${TARGET} HTTP/2.0\r\n${HOST}`, 505, "not HTTP/2.0"],
  ["the preface of HTTP/2", "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", 505, "not HTTP/2.0"],
  ["a TLS handshake", "\x16\x03\x01\x02\x00\x01\r\n\r\n", 400, "expected a method"],
  ["a SOCKS4 greeting with line ends", "\x04\x01\x00P\r\n\r\n", 400, "expected a method"],
  [
    "a target over 16 KiB",
    `GET ${TARGET}${"x".repeat(17_000)} HTTP/1.1\r\n${HOST}`,
    414,
    "the target is over 16 KiB",
  ],
  [
    "a target over 16 KiB that makes the head too large",
    `GET ${TARGET}${"x".repeat(70_000)}`,
    414,
    "the target is over 16 KiB",
  ],
  ["a head over 64 KiB", ask(undefined, [`A: ${"x".repeat(66_000)}`]), 431, "over 65536 bytes"],
  [
    "a head over 64 KiB that does not end",
    `GET ${TARGET} HTTP/1.1\r\nA: ${"x".repeat(66_000)}`,
    431,
    "over 65536 bytes",
  ],
  [
    "a head of too many fields",
    ask(undefined, Array.from({ length: 9000 }, (_, i) => `A${i}: b`)),
    431,
    "over 65536 bytes",
  ],
];
for (const [title, send, status, reason] of refused) {
  Deno.test(`http mode refuses ${title} with ${status}`, () => isRefused({ send, status, reason }));
}
