import { strict as assert } from "node:assert";
import { withExposed } from "../../support/exposed.ts";
import { errorCode, request } from "../../support/raw_http.ts";

const EVIL = "Origin: http://evil.example";
const UPGRADE = ["Upgrade: websocket", "Connection: Upgrade"];
const KEY = "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==";
const V13 = "Sec-WebSocket-Version: 13";
const GONE = "/api/proxy/nobody";

const body = (method: string, target: string, text: string, ...fields: string[]) =>
  request(method, target, `Content-Length: ${text.length}`, ...fields) + text;

type Row = [request: string, status: number, code: string];

/** Each with the code that the answer has, under which it is counted too. */
const REFUSED: Record<string, Row[]> = {
  "a foreign Host": [
    [request("GET", "/api/stats", "Host: evil.example"), 421, "host_not_allowed"],
    [request("GET", "/", "Host: evil.example"), 421, "host_not_allowed"],
    [request("GET", "/metrics", "Host: localhost.evil.example"), 421, "host_not_allowed"],
    [request("DELETE", GONE, "Host: evil.example"), 421, "host_not_allowed"],
    [request("GET", "/ws", "Host: evil.example", ...UPGRADE, KEY, V13), 421, "host_not_allowed"],
    [request("GET", "/api/stats", "Host:"), 400, "host_missing"],
    ["GET /api/stats HTTP/1.1\r\n\r\n", 400, "host_missing"],
    ["GET /api/stats HTTP/1.0\r\n\r\n", 400, "host_missing"],
  ],
  "a page of another origin": [
    [request("GET", "/ws", EVIL, ...UPGRADE, KEY, V13), 403, "origin_not_allowed"],
    [request("GET", "/ws", "Origin: null", ...UPGRADE, KEY, V13), 403, "origin_not_allowed"],
    [
      request("GET", "/ws", "Origin: http://localhost:8", ...UPGRADE, KEY, V13),
      403,
      "origin_not_allowed",
    ],
    [request("POST", "/api/proxies", EVIL), 403, "origin_not_allowed"],
    [request("DELETE", GONE, EVIL), 403, "origin_not_allowed"],
    [request("DELETE", GONE, "Origin: null"), 403, "origin_not_allowed"],
    [request("DELETE", GONE, "Sec-Fetch-Site: cross-site"), 403, "origin_not_allowed"],
    [request("DELETE", GONE, "Sec-Fetch-Site: same-site"), 403, "origin_not_allowed"],
    [request("GET", "/api/stats", EVIL), 403, "origin_not_allowed"],
    [request("GET", "/app.js", "Sec-Fetch-Site: cross-site"), 403, "origin_not_allowed"],
    [
      request(
        ...["POST", "/", "Sec-Fetch-Site: cross-site", "Sec-Fetch-Mode: navigate"] as const,
        "Sec-Fetch-Dest: document",
      ),
      403,
      "origin_not_allowed",
    ],
    [
      request(
        ...["GET", "/", "Sec-Fetch-Site: cross-site", "Sec-Fetch-Mode: navigate"] as const,
        "Sec-Fetch-Dest: iframe",
      ),
      403,
      "origin_not_allowed",
    ],
  ],
  "a change by somebody who is not known": [
    [request("DELETE", GONE, "X-Forwarded-For: 127.0.0.1"), 403, "change_not_allowed"],
    [request("DELETE", GONE, "X-Forwarded-Host: localhost"), 403, "change_not_allowed"],
    [request("DELETE", GONE, "X-Forwarded-Proto: https"), 403, "change_not_allowed"],
    [request("DELETE", GONE, "X-Real-IP: 127.0.0.1"), 403, "change_not_allowed"],
    [request("DELETE", GONE, "Forwarded: for=127.0.0.1"), 403, "change_not_allowed"],
    [request("DELETE", GONE, "Via: 1.1 front"), 403, "change_not_allowed"],
  ],
  "a handshake of another protocol": [
    [request("GET", "/ws", ...UPGRADE, KEY, "Sec-WebSocket-Version: 12"), 426, "bad_version"],
    [request("GET", "/ws", ...UPGRADE, KEY, "Sec-WebSocket-Version: 14"), 426, "bad_version"],
    [request("GET", "/ws", ...UPGRADE, KEY), 400, "bad_upgrade"],
    [request("GET", "/ws", ...UPGRADE, V13), 400, "bad_upgrade"],
    [request("GET", "/ws", "Upgrade: websocket", KEY, V13), 400, "bad_upgrade"],
  ],
  "a body that is too large, or not what it should be": [
    [body("DELETE", GONE, "x".repeat(70_000)), 413, "body_too_large"],
    [request("DELETE", GONE, "Content-Length: 99999999999"), 413, "body_too_large"],
    [
      request("DELETE", GONE, "Transfer-Encoding: chunked") +
      `11170\r\n${"x".repeat(70_000)}\r\n0\r\n\r\n`,
      413,
      "body_too_large",
    ],
    [body("DELETE", GONE, "a=b"), 415, "wrong_type"],
    [
      body("DELETE", GONE, "a=b", "Content-Type: application/x-www-form-urlencoded"),
      415,
      "wrong_type",
    ],
    [body("DELETE", GONE, "{}", "Content-Type: text/plain"), 415, "wrong_type"],
    [body("DELETE", GONE, "{}", "Content-Type: application/jsonx"), 415, "wrong_type"],
    [body("DELETE", GONE, "", "Content-Type: multipart/form-data"), 415, "wrong_type"],
    [body("DELETE", GONE, "{", "Content-Type: application/json"), 400, "bad_json"],
    [body("DELETE", GONE, "{}{}", "Content-Type: application/json"), 400, "bad_json"],
  ],
  "a path that means another one": [
    "/../api/stats",
    "/api/../api/stats",
    "/api/./stats",
    "/api/stats/..",
    "/api/%2e%2e/api/stats",
    "/api/%2E./api/stats",
    "/%2e/api/stats",
    "/..%2f..%2fetc/passwd",
    "/..%5c..%5cetc",
    "//api/stats",
    "/api//stats",
    "//evil.example/",
    "/api\\stats",
    "/api/stats%00",
    "/api/stats%0d%0aSet-Cookie:x",
    "/app.js%00.html",
  ].map((path): Row => [request("GET", path), 404, "bad_path"]),
  "a path that is nobody's": [
    "/api%2fstats",
    "/%61pi%2Fstats",
    "/api/proxy/a%2f..%2fb/c",
    "/api/%252e%252e/stats",
    "/api/stats/",
    "/etc/passwd",
    "/api/stats;x",
  ].map((
    path,
  ): Row => [request("GET", path), 404, path.includes("..%2f") ? "bad_path" : "not_found"]),
  "what is too long, too much or too many": [
    [request("GET", `/api/proxies?proxy_id=${"x".repeat(17_000)}`), 414, "target_too_long"],
    [request("GET", `/${"x".repeat(17_000)}`), 414, "target_too_long"],
    [request("GET", "/api/stats", `X: ${"y".repeat(62_000)}`), 431, "head_too_large"],
    [
      request("GET", "/api/stats", ...Array.from({ length: 101 }, (_, i) => `X-${i}: y`)),
      431,
      "head_too_large",
    ],
    [request("GET", `/api/proxies?proxy_id=${"x".repeat(400)}`), 400, "bad_request"],
    ...["limit=10001", "limit=999999999999", "limit=-1", "limit=1e9", "offset=99999999999"].map(
      (query): Row => [request("GET", `/api/proxy/x?${query}`), 400, "bad_request"],
    ),
    [request("GET", "/api/connections?limit=1000000"), 400, "bad_request"],
    [request("GET", "/api/log?limit=1000000"), 400, "bad_request"],
  ],
  "a method that is not served": ["POST", "PUT", "PATCH", "OPTIONS", "TRACE", "FOO"].map(
    (method): Row => [request(method, "/api/stats"), 405, "method_not_allowed"],
  ),
};

for (const [what, rows] of Object.entries(REFUSED)) {
  Deno.test(`A manager refuses ${what}, and counts it`, async () => {
    await withExposed({}, async ({ ask, counts }) => {
      const expected: Record<string, number> = {};
      for (const [bytes, status, code] of rows) {
        const asked = bytes.slice(0, 200);
        const reply = await ask(bytes);
        assert.deepEqual([reply?.status, errorCode(reply)], [status, code], asked);
        assert.equal(reply!.headers.get("x-content-type-options"), "nosniff", asked);
        assert.equal(reply!.headers.get("cache-control"), "no-store", asked);
        assert.match(reply!.headers.get("content-security-policy")!, /default-src 'none'/, asked);
        assert.equal(reply!.headers.get("access-control-allow-origin"), null, asked);
        if (code !== "not_found") expected[code] = (expected[code] ?? 0) + 1;
      }
      await counts(expected);
    });
  });
}

Deno.test("A manager serves whom it should, and counts no refusal", async () => {
  await withExposed({ publicHost: ["fleet.example.com"] }, async ({ ask, counts, port }) => {
    const own = `Host: 127.0.0.1:${port}`;
    const ownOrigin = `Origin: http://127.0.0.1:${port}`;
    const json = "Content-Type: application/json; charset=utf-8";
    const table: [string, number][] = [
      [request("GET", "/api/stats"), 200],
      [request("HEAD", "/api/stats", "Connection: close"), 200],
      [request("GET", "/api/stats", "Host: fleet.example.com"), 200],
      [request("GET", "/api/stats", "Host: [::1]:13337"), 200],
      [request("GET", "http://localhost/api/stats"), 200],
      [request("GET", "/api/stats?whatever=%2e%2e//"), 200],
      [request("GET", "/api/stats", own, ownOrigin, "Sec-Fetch-Site: same-origin"), 200],
      [request("GET", "/api/proxy/x?limit=10000"), 404],
      [request("GET", "/api/proxy/a%2Fb%20c%C3%A9"), 404],
      [request("DELETE", GONE, own, ownOrigin, "Sec-Fetch-Site: same-origin"), 404],
      [request("DELETE", GONE), 404],
      [body("DELETE", GONE, "{}", json), 404],
      [request("DELETE", GONE, json, "Transfer-Encoding: chunked") + "2\r\n{}\r\n0\r\n\r\n", 404],
      [request("GET", "/ws", own, ownOrigin, ...UPGRADE, KEY, V13), 101],
      [request("GET", "/ws", own, ...UPGRADE, KEY, V13), 101],
      // A link on another page leads here, and that page reads nothing.
      [
        request(
          ...["GET", "/", "Sec-Fetch-Site: cross-site", "Sec-Fetch-Mode: navigate"] as const,
          "Sec-Fetch-Dest: document",
        ),
        503,
      ],
    ];
    for (const [bytes, status] of table) {
      assert.equal((await ask(bytes))?.status, status, bytes.slice(0, 200));
    }
    await counts({});
  });
});
