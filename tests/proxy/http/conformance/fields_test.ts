/** RFC 9112, section 5, and RFC 9110, section 5: field lines. RFC 9110, section 7.6: what a hop takes out. */
import {
  answered,
  ask,
  asked,
  type Conversation,
  converses,
  isRefused,
  VIA,
} from "../../../support/conformance.ts";

const GET = "GET / HTTP/1.1";

const passed: [title: string, lines: string[], seen: string[]][] = [
  ["fields in their order and spelling", ["b: 1", "A: 2", "b: 3"], ["b: 1", "A: 2", "b: 3"]],
  ["a field without a value", ["A:", "B: c"], ["A:", "B: c"]],
  ["blanks around a value", ["A: \t b \t"], ["A: \t b \t"]],
  ["a value without a blank before it", ["A:b"], ["A:b"]],
  ["a tab within a value", ["A: b\tc"], ["A: b\tc"]],
  ["bytes above ASCII in a value", ["A: \x80\xe4\xff"], ["A: \x80\xe4\xff"]],
  ["colons in a value", ["A: b:c:"], ["A: b:c:"]],
  ["each character of a name", ["!#$%&'*+-.^_`|~09Az: b"], ["!#$%&'*+-.^_`|~09Az: b"]],
  ["a value of 60 KB", [`A: ${"x".repeat(60_000)}`], [`A: ${"x".repeat(60_000)}`]],
  ["names that begin like known ones", ["Content-Lengths: x", "Hosts: y"], [
    "Content-Lengths: x",
    "Hosts: y",
  ]],
  ["an underscore for a hyphen as another field", ["Content_Length: 9"], ["Content_Length: 9"]],
  ["Authorization and cookies, which are the origin's", [
    "Authorization: Basic eDp5",
    "Cookie: a=b",
  ], ["Authorization: Basic eDp5", "Cookie: a=b"]],
  ["the earlier proxies of Via before itself", ["Via: 1.1 a, 1.0 b"], ["Via: 1.1 a, 1.0 b"]],
  ["X-Forwarded-For and Forwarded untouched", ["X-Forwarded-For: a", "Forwarded: for=b"], [
    "X-Forwarded-For: a",
    "Forwarded: for=b",
  ]],
  ["Max-Forwards of other methods unchanged", ["Max-Forwards: 0"], ["Max-Forwards: 0"]],
  ["no Connection", ["Connection: keep-alive"], []],
  ["nothing that Connection names", ["Connection: X-A, x-b", "X-A: 1", "A: b", "x-B: 2"], ["A: b"]],
  ["nothing that a later Connection names", ["X-A: 1", "A: b", "Connection:x-a"], ["A: b"]],
  ["nothing that the second Connection names", [
    "Connection: x-a",
    "Connection: x-b",
    "X-A: 1",
    "X-B: 2",
  ], []],
  ["what Connection names in part only", ["Connection: x-a", "X-AB: 1", "X-: 2"], [
    "X-AB: 1",
    "X-: 2",
  ]],
  ["what an empty Connection names", ["Connection: , ,", "A: b"], ["A: b"]],
  ["no Keep-Alive", ["Keep-Alive: timeout=5"], []],
  ["no Proxy-Connection, and what it names", ["Proxy-Connection: keep-alive, X-A", "X-A: 1"], [
    "X-A: 1",
  ]],
  ["no TE", ["TE: trailers, gzip;q=1"], []],
  ["no Trailer", ["Trailer: X-A"], []],
  ["no Upgrade that is not for WebSocket", [
    "Connection: upgrade",
    "Upgrade: h2c",
    "HTTP2-Settings: x",
  ], ["HTTP2-Settings: x"]],
  ["no Proxy-Authorization", ["Proxy-Authorization: Basic eDp5"], []],
  ["no Proxy-Authenticate", ["Proxy-Authenticate: Basic"], []],
  ["no Proxy-Authentication-Info", ["Proxy-Authentication-Info: a=b"], []],
  ["no hop-by-hop fields in any case", ["KEEP-ALIVE: 5", "tE: x", "proxy-AUTHORIZATION: y"], []],
  ["Host, though Connection names it", ["Connection: Host"], []],
];
for (const [title, lines, seen] of passed) {
  Deno.test(`http mode passes ${title}`, () =>
    converses({ send: ask(GET, lines), sees: asked(GET, seen) }));
}

const refused: [title: string, lines: string[], reason: string][] = [
  ["a line without a colon", ["A"], "without a valid name and a colon"],
  ["an empty name", [": b"], "empty name"],
  ["a space before a colon", ["A : b"], "white space"],
  ["a tab before a colon", ["A\t: b"], "white space"],
  ["a space before the colon of Content-Length", ["Content-Length : 0"], "white space"],
  ["a space before the colon of Transfer-Encoding", ["Transfer-Encoding : chunked"], "white space"],
  ["a folded line (space)", ["A: b", " c"], "folded"],
  ["a folded line (tab)", ["A: b", "\tc"], "folded"],
  ["a folded line of blanks alone", ["A: b", " "], "folded"],
  ["a folded Transfer-Encoding", ["Transfer-Encoding:", " chunked"], "folded"],
  ["a space within a name", ["A b: c"], "white space"],
  ["a slash in a name", ["A/b: c"], "valid name"],
  ["quotes in a name", ['"A": b'], "valid name"],
  ["NUL in a name", ["A\0: b"], "valid name"],
  ["a byte above ASCII in a name", ["\xc4: b"], "valid name"],
  ["NUL in a value", ["A: b\0"], "control character"],
  ["ESC in a value", ["A: \x1b[0m"], "control character"],
  ["DEL in a value", ["A: \x7f"], "control character"],
  ["a vertical tab in a value", ["A: \v"], "control character"],
  ["a bare CR in a value", ["A: b\rc"], "control character"],
  ["a bare CR before the line's end", ["A: b\r"], "control character"],
  ["a bare LF in a value", ["A: b\nC: d"], "bare LF"],
  ["a bare LF for an empty line", ["A: b\n\n"], "bare LF"],
  [
    "more names in Connection than are compared",
    [`Connection: ${"x,".repeat(65)}`],
    "Connection names more",
  ],
];
for (const [title, lines, reason] of refused) {
  Deno.test(`http mode refuses ${title}`, () =>
    isRefused({ send: ask(GET, lines), status: 400, reason }));
}

const expectations: [value: string, status: number][] = [
  ["200-ok", 417],
  ["100-continue, x", 417],
  ["", 417],
  ["100-continue=1", 417],
];
for (const [value, status] of expectations) {
  Deno.test(`http mode refuses to Expect "${value}"`, () =>
    isRefused({ send: ask(GET, [`Expect: ${value}`]), status, reason: "100-continue" }));
}

const responses: [title: string, lines: string[], got: string[]][] = [
  ["fields in their order and spelling", ["set-cookie: a", "X:  b ", "Set-Cookie: c"], [
    "set-cookie: a",
    "X:  b ",
    "Set-Cookie: c",
  ]],
  ["the earlier proxies of Via before itself", ["Via: 1.1 a"], ["Via: 1.1 a"]],
  ["nothing that Connection names", ["X-A: 1", "Connection: x-a", "B: c"], ["B: c"]],
  ["no hop-by-hop fields", [
    "Keep-Alive: 5",
    "Proxy-Connection: x",
    "TE: x",
    "Trailer: y",
    "Upgrade: h2c",
    "Proxy-Authenticate: Basic",
    "Proxy-Authentication-Info: x",
    "Proxy-Authorization: z",
  ], []],
  ["WWW-Authenticate, which is the origin's", ["WWW-Authenticate: Basic realm=x"], [
    "WWW-Authenticate: Basic realm=x",
  ]],
  ["the Proxy-Status of others", ["Proxy-Status: a; error=dns_error"], [
    "Proxy-Status: a; error=dns_error",
  ]],
];
for (const [title, lines, got] of responses) {
  Deno.test(`http mode passes of a response ${title}`, () => {
    const head = ["HTTP/1.1 200 OK", ...lines, "Content-Length: 2", "", ""].join("\r\n");
    return converses({
      send: ask(),
      sees: asked(),
      answers: [`${head}ok`],
      gets: answered([...got, "Content-Length: 2"]),
    });
  });
}

const clientOf: [flags: Conversation["flags"], lines: string[], added: string[]][] = [
  [{ forwarded: true }, [], ["X-Forwarded-For: 127.0.0.1", "Forwarded: for=127.0.0.1"]],
  [
    { forwarded: true },
    ["X-Forwarded-For: 10.0.0.1", "x-forwarded-for: 10.0.0.2, 10.0.0.3", "X-Forwarded-For:"],
    ["X-Forwarded-For: 10.0.0.1, 10.0.0.2, 10.0.0.3, 127.0.0.1", "Forwarded: for=127.0.0.1"],
  ],
  [
    { forwarded: true },
    ["FORWARDED: for=_a;proto=http", "Forwarded: for=b"],
    ["X-Forwarded-For: 127.0.0.1", "Forwarded: for=_a;proto=http, for=b, for=127.0.0.1"],
  ],
  [
    { forwarded: true },
    ["Connection: x-forwarded-for, forwarded", "X-Forwarded-For: 10.0.0.1", "Forwarded: for=a"],
    ["X-Forwarded-For: 127.0.0.1", "Forwarded: for=127.0.0.1"],
  ],
  [
    { forwarded: true, acceptProxy: "127.0.0.0/8", access: ["--allow-target local"] },
    [],
    ["X-Forwarded-For: 2001:db8::7", 'Forwarded: for="[2001:db8::7]"'],
  ],
];
for (const [flags, lines, added] of clientOf) {
  Deno.test(`http mode with --forwarded makes ${added[0]} of ${JSON.stringify(lines)}`, () => {
    const header = flags?.acceptProxy ? "PROXY TCP6 2001:db8::7 ::1 5555 80\r\n" : "";
    return converses({
      send: header + ask(GET, ["Connection: close", ...lines]),
      sees: asked(GET, added),
      gets: answered(undefined, undefined, { after: ["Connection: close"] }),
      closes: true,
      flags,
    });
  });
}

Deno.test("http mode names each hop's version in Via", () =>
  converses({
    send: ask("GET / HTTP/1.0", ["Via: 1.1 a"]),
    sees: asked(GET, ["Via: 1.1 a"], "", 0),
    answers: ["HTTP/1.0 200 OK\r\nContent-Length: 2\r\n\r\nok"],
    gets: `HTTP/1.1 200 OK\r\nContent-Length: 2\r\nVia: 1.0 ${VIA}\r\nConnection: close\r\n\r\nok`,
    closes: true,
  }));
