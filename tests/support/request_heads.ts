import fc from "fast-check";
import { bytes, text } from "./http_bytes.ts";

const TOKEN_CHARACTERS = "!#$%&'*+-.^_`|~09azAZ";
const characters = (all: string, minLength = 0, maxLength = 12) =>
  fc.string({ unit: fc.constantFrom(...all), minLength, maxLength });

const known = [
  ...["Connection: close", "Connection: keep-alive, X-A", "Proxy-Connection: keep-alive"],
  ...["Connection: upgrade", "Upgrade: h2c", "Expect: 100-continue"],
  ...["Via: 1.0 a, 1.1 b", "TE: trailers", "Keep-Alive: timeout=5", "Accept: */*", "Cookie: a=b"],
  ...["X-A: 1", "x-a:\t2 ", "Content-Type: text/plain", "User-Agent: a (b; c)", "A:", "Cookie: c"],
  ...["X-Forwarded-For: ::1", "Max-Forwards: 3", 'If-Match: "a", "b"', "Age: 1", "Date: x"],
];

const value = characters('aZ09 \t:;=,"\\/()[]{}@?%\x80\xa0\xe4\xff', 0, 20);
const field = fc.oneof(
  fc.constantFrom(...known),
  fc.tuple(characters(TOKEN_CHARACTERS, 1), value).filter(([name]) =>
    !/^(host|content-length|transfer-encoding|expect|upgrade)$/i.test(name)
  ).map(([name, value]) => `${name}: ${value}`),
);

const framing = fc.constantFrom(
  "",
  "",
  "Content-Length: 0\r\n",
  "Content-Length: 3\r\n",
  "content-length: 0003\r\n",
  "Transfer-Encoding: chunked\r\n",
  "transfer-encoding:\tCHUNKED\r\n",
);

const host = fc.constantFrom(
  "a",
  "example.com",
  "b_c.example.",
  "127.0.0.1",
  "[::1]",
  "[2001:db8::1]",
);
const port = fc.constantFrom("", ":", ":80", ":8080", ":00081", ":65535");
const path = characters("/az09-._~!$&'()*+,;=:@%?|\"<>\\^`{}", 0, 20).map((rest) => `/${rest}`);
const method = fc.oneof(
  fc.constantFrom(
    "GET",
    "HEAD",
    "POST",
    "PUT",
    "DELETE",
    "OPTIONS",
    "PATCH",
    "M-SEARCH",
    "PROPFIND",
  ),
  characters(TOKEN_CHARACTERS, 1),
).filter((method) => method !== "CONNECT");

/** Whole heads of requests to a proxy that follow the rules. */
export const requestHead = fc
  .tuple(
    method,
    host,
    port,
    path,
    fc.constantFrom("0", "1", "1", "1", "2"),
    fc.array(field, { maxLength: 8 }),
    framing,
  )
  .map(([method, host, port, path, minor, fields, framing]) => {
    const body = minor === "0" && /transfer/i.test(framing) ? "" : framing;
    const lines = fields.map((field) => `${field}\r\n`).join("");
    return `${method} http://${host}${port}${path} HTTP/1.${minor}\r\nHost: ${host}\r\n${lines}${body}\r\n`;
  });

/** Pieces that a parser may trip over. */
const piece = fc.oneof(
  fc.constantFrom(
    ...[
      "\r",
      "\n",
      "\r\n",
      "\0",
      " ",
      "\t",
      ":",
      ",",
      ";",
      "\x7f",
      "\x80",
      "\xa0",
      "\xff",
      "0",
      "1",
      "/",
    ],
    ...[
      "\r\n ",
      "\r\nA",
      "chunked",
      "gzip, ",
      "Content-Length: 3\r\n",
      "Transfer-Encoding: chunked\r\n",
    ],
    ...[
      "Host: b\r\n",
      "Expect: 100-continue\r\n",
      "Connection: close\r\n",
      "HTTP/1.1",
      "HTTP/1.0",
      "+",
      "-",
      "0x",
    ],
  ),
  fc.nat(255).map((code) => String.fromCharCode(code)),
);
const edit = fc.record({ at: fc.nat(400), remove: fc.nat(3), insert: piece });

/** Heads of which a few bytes are changed. */
export const mutatedHead = fc
  .tuple(requestHead, fc.array(edit, { minLength: 1, maxLength: 3 }))
  .map(([head, edits]) => {
    let all = head;
    for (const { at, remove, insert } of edits) {
      const place = at % (all.length + 1);
      all = all.slice(0, place) + insert + all.slice(place + remove);
    }
    return text(bytes(all));
  });
