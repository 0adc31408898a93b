/** RFC 9112, section 3.2, and RFC 9110, sections 4.2 and 7.2: where a request is to go, and Host. */
import { answered, asked, converses, isRefused, ORIGIN } from "../../../support/conformance.ts";

const to = (target: string, host = "Host: x\r\n") => `GET ${target} HTTP/1.1\r\n${host}\r\n`;

const passed: [title: string, send: string, sees: string][] = [
  ["a target without a path", to(`http://${ORIGIN}`), asked()],
  ["a target with a query and no path", to(`http://${ORIGIN}?a=b`), asked("GET /?a=b HTTP/1.1")],
  ["a query in the path's place", to(`http://${ORIGIN}/?`), asked("GET /? HTTP/1.1")],
  ["a scheme in any case", to(`HtTp://${ORIGIN}/`), asked()],
  ["an authority within the path", to(`http://${ORIGIN}/u@h:1`), asked("GET /u@h:1 HTTP/1.1")],
  ["two slashes at the path's start", to(`http://${ORIGIN}//a`), asked("GET //a HTTP/1.1")],
  ["dots in the path as they are", to(`http://${ORIGIN}/a/../b`), asked("GET /a/../b HTTP/1.1")],
  ["encoded bytes as they are", to(`http://${ORIGIN}/%00%0d%0A`), asked("GET /%00%0d%0A HTTP/1.1")],
  [
    "another URI in the query",
    to(`http://${ORIGIN}/?http://b:1/`),
    asked("GET /?http://b:1/ HTTP/1.1"),
  ],
  [
    "odd characters of a path",
    to(`http://${ORIGIN}/"<>\\^{|}\``),
    asked(`GET /"<>\\^{|}\` HTTP/1.1`),
  ],
  [
    "a Host that disagrees, which the target overrules",
    to(`http://${ORIGIN}/`, "Host: b:9\r\n"),
    asked(),
  ],
  ["an empty Host, which the target overrules", to(`http://${ORIGIN}/`, "Host:\r\n"), asked()],
  ["a Host with an empty port", to(`http://${ORIGIN}/`, "Host: b:\r\n"), asked()],
  ["a Host of IPv6", to(`http://${ORIGIN}/`, "Host: [::1]:80\r\n"), asked()],
  [
    "a Host behind other fields to the first place",
    to(`http://${ORIGIN}/`, "A: b\r\nhost: c\r\n"),
    asked(undefined, ["A: b"]),
  ],
  [
    "OPTIONS of the server as a whole",
    `OPTIONS http://${ORIGIN} HTTP/1.1\r\nHost: x\r\n\r\n`,
    asked("OPTIONS * HTTP/1.1"),
  ],
  [
    "OPTIONS of a path",
    `OPTIONS http://${ORIGIN}/ HTTP/1.1\r\nHost: x\r\n\r\n`,
    asked("OPTIONS / HTTP/1.1"),
  ],
];
for (const [title, send, sees] of passed) {
  Deno.test(`http mode passes ${title}`, () => converses({ send, sees }));
}

Deno.test("http mode needs no Host in HTTP/1.0, and makes one", () =>
  converses({
    send: `GET http://${ORIGIN}/ HTTP/1.0\r\n\r\n`,
    sees: asked(undefined, [], "", 0),
    gets: answered(undefined, undefined, { after: ["Connection: close"] }),
    closes: true,
  }));

const targets: [title: string, target: string, reason: string][] = [
  ["in origin-form", "/", "this is a proxy: expected a target such as http://example.com/"],
  ["in asterisk-form", "*", "this is a proxy"],
  ["in authority-form outside CONNECT", ORIGIN, "this is a proxy"],
  ["with an empty host", "http:///", "host is missing"],
  ["with an empty host and a port", "http://:80/", "host is missing"],
  ["with an empty host and a query", "http://?a", "host is missing"],
  ["with a user", `http://u@${ORIGIN}/`, "authority"],
  ["with user and password", `http://u:p@${ORIGIN}/`, "authority"],
  ["with an empty user", `http://@${ORIGIN}/`, "authority"],
  ["with port 0", "http://127.0.0.1:0/", "expected a port from 1 to 65535"],
  ["with port 65536", "http://127.0.0.1:65536/", "expected a port up to 65535"],
  ["with a port of six digits", "http://127.0.0.1:000080/", "authority"],
  ["with a signed port", "http://127.0.0.1:+80/", "authority"],
  ["with a port in hexadecimal", "http://127.0.0.1:0x50/", "authority"],
  ["with two ports", "http://127.0.0.1:80:80/", "authority"],
  ["with a fragment", `http://${ORIGIN}/#a`, "without a fragment"],
  ["with an empty fragment", `http://${ORIGIN}/#`, "without a fragment"],
  ["with a fragment behind the host", `http://${ORIGIN}#a`, "without a fragment"],
  ["of https", `https://${ORIGIN}/`, "use CONNECT for TLS"],
  ["of another scheme", `ftp://${ORIGIN}/`, "expected an http:// target, not ftp://"],
  ["of ws", `ws://${ORIGIN}/`, "expected an http:// target, not ws://"],
  ["with one slash", `http:/${ORIGIN}/`, "this is a proxy"],
  ["without slashes", `http:${ORIGIN}`, "this is a proxy"],
  ["with backslashes", `http:\\\\${ORIGIN}/`, "this is a proxy"],
  ["with a backslash behind the host", `http://${ORIGIN}\\@b/`, "authority"],
  ["with an IPv6 address without brackets", "http://::1/", "authority"],
  ["with a name in brackets", "http://[localhost]/", "IPv6 address in the brackets"],
  ["with an IPv4 address in brackets", "http://[127.0.0.1]/", "IPv6 address in the brackets"],
  ["with a zone", "http://[fe80::1%25lo]/", "percent sign"],
  ["with an encoded host", "http://%6cocalhost/", "percent sign"],
  ["with an IPv4 address as one number", "http://2130706433/", "authority"],
  ["with an IPv4 address in hexadecimal", "http://0x7f.0.0.1/", "authority"],
  ["with an IPv4 address in octal", "http://0177.0.0.1/", "authority"],
  ["with a short IPv4 address", "http://127.1/", "authority"],
  ["with a comma in its host", "http://a,b/", "authority"],
];
for (const [title, target, reason] of targets) {
  Deno.test(`http mode refuses a target ${title}`, () =>
    isRefused({ send: to(target), status: 400, reason }));
}

const hosts: [title: string, fields: string, reason: string][] = [
  ["no Host", "", "Host is missing"],
  ["Host twice", "Host: x\r\nHost: x\r\n", "Host is repeated"],
  ["Host twice with other fields between", "Host: x\r\nA: b\r\nhOST: y\r\n", "Host is repeated"],
  ["a Host of two names", "Host: a, b\r\n", "Host is not"],
  ["a Host with a space", "Host: a b\r\n", "Host is not"],
  ["a Host with a user", "Host: u@a\r\n", "Host is not"],
  ["a Host with a path", "Host: a/b\r\n", "Host is not"],
  ["a Host with a scheme", "Host: http://a\r\n", "Host is not"],
  ["a Host with port 65536", "Host: a:65536\r\n", "Host is not"],
  ["a Host with port 0", "Host: a:0\r\n", "Host is not"],
  ["a Host with a name for a port", "Host: a:http\r\n", "Host is not"],
  ["a Host of a port alone", "Host: :80\r\n", "Host is not"],
  ["a Host of IPv6 without brackets", "Host: ::1\r\n", "Host is not"],
  ["a Host with a zone", "Host: [fe80::1%25lo]\r\n", "Host is not"],
  ["a Host with a byte above ASCII", "Host: \xe4\r\n", "Host is not"],
];
for (const [title, fields, reason] of hosts) {
  Deno.test(`http mode refuses ${title}`, () =>
    isRefused({ send: to(`http://${ORIGIN}/`, fields), status: 400, reason }));
}
