/** RFC 9110, section 9.3.6: CONNECT. */
import { strict as assert } from "node:assert";
import {
  answered,
  ask,
  asked,
  converses,
  isRefused,
  ORIGIN,
  refusal,
} from "../../../support/conformance.ts";
import { closedPort } from "../../../support/tcp.ts";

const ESTABLISHED = "HTTP/1.1 200 Connection established\r\n\r\n";
/** What goes through the tunnel: a request that closes, as the client writes it and as the origin sees it. */
const INNER = "GET /inner HTTP/1.1\r\nHost: y\r\nConnection: close\r\n\r\n";
const OK = "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok";

const open = (fields = `Host: ${ORIGIN}\r\n`, version = "HTTP/1.1") =>
  `CONNECT ${ORIGIN} ${version}\r\n${fields}\r\n`;

const tunnels: [title: string, send: string][] = [
  ["early bytes behind the head", open() + INNER],
  ["a Host that disagrees", open("Host: x\r\n") + INNER],
  ["HTTP/1.0 without Host", open("", "HTTP/1.0") + INNER],
  ["Content-Length: 0", open("Host: x\r\nContent-Length: 0\r\n") + INNER],
  [
    "Connection: close and other fields",
    open("Host: x\r\nConnection: close\r\nProxy-Connection: keep-alive\r\nUser-Agent: a\r\n") +
    INNER,
  ],
  ["Max-Forwards: 0, which is not for it", open("Host: x\r\nMax-Forwards: 0\r\n") + INNER],
];
for (const [title, send] of tunnels) {
  Deno.test(`http mode tunnels CONNECT with ${title}`, () =>
    converses({
      send,
      sees: INNER,
      answers: [`${OK}{closes}`],
      gets: ESTABLISHED + OK,
      closes: true,
    }));
}

Deno.test("http mode tunnels what is no HTTP at all, byte for byte", () =>
  converses({
    send: `${open()}\0\xff\r\n\r\n`,
    sees: "\0\xff\r\n\r\n",
    answers: ["\xfe\0\n{closes}"],
    gets: `${ESTABLISHED}\xfe\0\n`,
    closes: true,
  }));

Deno.test("http mode tunnels CONNECT behind a request on the same connection", () =>
  converses({
    send: ask() + open() + INNER,
    sees: asked() + INNER,
    answers: [OK, `${OK}{closes}`],
    gets: answered() + ESTABLISHED + OK,
    closes: true,
  }));

const refused: [title: string, send: string, reason: string][] = [
  ["without a port", "CONNECT localhost HTTP/1.1\r\nHost: x\r\n\r\n", "expected host:port"],
  ["with an empty port", "CONNECT localhost: HTTP/1.1\r\nHost: x\r\n\r\n", "expected host:port"],
  ["without a host", "CONNECT :443 HTTP/1.1\r\nHost: x\r\n\r\n", "host is missing"],
  ["to port 0", "CONNECT localhost:0 HTTP/1.1\r\nHost: x\r\n\r\n", "a port from 1 to 65535"],
  ["to port 65536", "CONNECT localhost:65536 HTTP/1.1\r\nHost: x\r\n\r\n", "a port up to 65535"],
  ["with a user", `CONNECT u@${ORIGIN} HTTP/1.1\r\nHost: x\r\n\r\n`, "expected host:port"],
  ["with a path", `CONNECT ${ORIGIN}/ HTTP/1.1\r\nHost: x\r\n\r\n`, "expected host:port"],
  [
    "in absolute-form",
    `CONNECT http://${ORIGIN}/ HTTP/1.1\r\nHost: x\r\n\r\n`,
    "expected host:port",
  ],
  ["in origin-form", "CONNECT / HTTP/1.1\r\nHost: x\r\n\r\n", "expected host:port"],
  ["to IPv6 without brackets", "CONNECT ::1:443 HTTP/1.1\r\nHost: x\r\n\r\n", "expected host:port"],
  ["to a zone", "CONNECT [fe80::1%25lo]:443 HTTP/1.1\r\nHost: x\r\n\r\n", "percent sign"],
  ["without Host", open(""), "Host is missing"],
  ["with a length", open("Host: x\r\nContent-Length: 5\r\n") + "hello", "CONNECT has no body"],
  [
    "with chunks",
    open("Host: x\r\nTransfer-Encoding: chunked\r\n") + "0\r\n\r\n",
    "CONNECT has no body",
  ],
];
for (const [title, send, reason] of refused) {
  Deno.test(`http mode refuses CONNECT ${title}`, () => isRefused({ send, status: 400, reason }));
}

Deno.test("http mode refuses CONNECT to a port that is not among --connect-ports with 403", async () => {
  const error = "http_request_denied";
  const flags = { connectPorts: "443,1-9" };
  const reason = "is not allowed here";
  await isRefused({ send: open(), status: 403, reason, error, flags });
  const send = "CONNECT 127.0.0.1:10 HTTP/1.1\r\nHost: x\r\n\r\n";
  await isRefused({ send, status: 403, reason: "CONNECT to port 10", error, flags });
  await isRefused({
    send: send.replace(":10 ", ":9 "),
    status: 502,
    reason: "ECONNREFUSED",
    error: "connection_refused",
    flags,
  });
});

Deno.test("http mode lets other methods than CONNECT go to any port", () =>
  converses({ send: ask(), sees: asked(), flags: { connectPorts: "443" } }));

Deno.test("http mode tunnels CONNECT to a port within a range of --connect-ports", () =>
  converses({
    send: open() + INNER,
    sees: INNER,
    answers: [`${OK}{closes}`],
    gets: ESTABLISHED + OK,
    closes: true,
    flags: { connectPorts: "443,1024-65535" },
  }));

Deno.test("http mode answers a CONNECT that cannot be made, and closes", async () => {
  const port = closedPort();
  await isRefused({
    send: `CONNECT 127.0.0.1:${port} HTTP/1.1\r\nHost: x\r\n\r\n`,
    status: 502,
    reason: `cannot connect to 127.0.0.1:${port}: ECONNREFUSED`,
    error: "connection_refused",
  });
  await isRefused({
    send: "CONNECT nothing.invalid:443 HTTP/1.1\r\nHost: x\r\n\r\n",
    status: 502,
    reason: "ENOTFOUND",
    error: "dns_error",
  });
});

Deno.test("http mode says in Proxy-Status why a request failed, and the connection goes on", async () => {
  const port = closedPort();
  const reason = `cannot connect to 127.0.0.1:${port}: ECONNREFUSED`;
  await converses({
    send: `GET http://127.0.0.1:${port}/ HTTP/1.1\r\nHost: x\r\n\r\n`,
    sees: "",
    gets: refusal("502 Bad Gateway", reason, "connection_refused"),
  });
  assert.ok(refusal("1 x", "", "dns_error").includes("Proxy-Status: {via}; error=dns_error\r\n"));
});
