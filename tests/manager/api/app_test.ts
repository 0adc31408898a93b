import { strict as assert } from "node:assert";
import { z } from "@hono/zod-openapi";
import {
  errorReplySchema,
  healthReplySchema,
  proxyReplySchema,
  proxySummarySchema,
  statsReplySchema,
} from "../../../manager/api/model.ts";
import { MAX_VIEWERS } from "../../../manager/live.ts";
import { fromLegacy, legacyReportSchema } from "../../../manager/legacy_report.ts";
import { connection, legacyReport, limits, report, T0 } from "../../support/reports.ts";
import { setUpApp } from "../../support/manager_app.ts";

Deno.test("GET /api/stats gives the fleet's totals and every proxy", async () => {
  const { registry, get } = setUpApp();
  assert.equal(statsReplySchema.parse(await (await get("/api/stats")).json()).total_proxies, 0);
  registry.apply(report({}, [connection()]), T0);
  registry.apply(report({ proxy_id: "edge-2", state: "stopped" }), T0);
  const reply = await get("/api/stats");
  assert.equal(reply.status, 200);
  const stats = z.strictObject(statsReplySchema.shape).parse(await reply.json());
  assert.equal(stats.manager_uptime, 60);
  assert.deepEqual([stats.total_proxies, stats.active_proxies], [2, 1]);
  assert.deepEqual([stats.total_connections, stats.active_connections], [20, 2]);
  assert.deepEqual([stats.total_bytes_sent, stats.total_bytes_received], [2000, 4000]);
  assert.deepEqual(stats.proxies.map(({ proxy_id }) => proxy_id), ["edge-1", "edge-2"]);
});

Deno.test("GET /api/proxies gives a bare array, of those that match", async () => {
  const { registry, get } = setUpApp();
  registry.apply(report(), T0);
  registry.apply(report({ proxy_id: "edge-2", state: "stopped" }), T0);
  const table: [string, string[]][] = [
    ["", ["edge-1", "edge-2"]],
    ["?active_only=true", ["edge-1"]],
    ["?active_only=1", ["edge-1"]],
    ["?active_only", ["edge-1"]],
    ["?active_only=false", ["edge-1", "edge-2"]],
    ["?proxy_id=edge-2", ["edge-2"]],
    ["?proxy_id=edge-2&active_only=true", []],
  ];
  for (const [query, expected] of table) {
    const reply = await get(`/api/proxies${query}`);
    const proxies = z.array(z.strictObject(proxySummarySchema.shape)).parse(await reply.json());
    assert.deepEqual(proxies.map(({ proxy_id }) => proxy_id), expected, query);
    assert.equal(reply.headers.get("x-total-count"), String(expected.length), query);
  }
});

Deno.test("GET /api/proxy/:id gives a page of connections and says what it left out", async () => {
  const { registry, get } = setUpApp();
  const start = T0 / 1000 - 50;
  const records = [1, 2, 3, 4].map((id) => connection({ id, start_time: start + id }));
  records[3].state = "closed";
  registry.apply(report({ omitted_connections: 7 }, records, { refused: 3 }), T0);
  const table: [string, number[], omitted: number][] = [
    ["", [3, 2, 1, 4], 7],
    ["?limit=2", [3, 2], 9],
    ["?limit=2&offset=1", [2, 1], 9],
    ["?limit=0", [], 11],
    ["?offset=100", [], 11],
    ["?limit=10000", [3, 2, 1, 4], 7],
  ];
  for (const [query, ids, omitted] of table) {
    const reply = await get(`/api/proxy/edge-1${query}`);
    assert.equal(reply.status, 200, query);
    const proxy = z.strictObject(proxyReplySchema.shape).parse(await reply.json());
    assert.deepEqual(proxy.connections.map(({ id }) => id), ids, query);
    assert.equal(proxy.connections_total, 4);
    assert.equal(proxy.connections_omitted, omitted, query);
    assert.deepEqual(proxy.reasons, { refused: 3 });
  }
});

Deno.test("GET /api/proxy/:id has the limits of the current boot, and null before they are reported", async () => {
  const { registry, get } = setUpApp();
  const read = async () => proxyReplySchema.parse(await (await get("/api/proxy/edge-1")).json());
  registry.apply(report({ seq: 0 }), T0);
  assert.equal((await read()).limits, null);
  registry.apply(report({ seq: 1 }, [], {}, [], limits({ accept_rate: 5 })), T0);
  assert.deepEqual((await read()).limits, limits({ accept_rate: 5 }));
  registry.apply(report({ seq: 2 }), T0);
  assert.deepEqual((await read()).limits, limits({ accept_rate: 5 }));
});

Deno.test("GET /api/proxy/:id shows no connection of a proxy that is gone as active", async () => {
  const { registry, get } = setUpApp();
  registry.apply(report({ state: "stopped" }, [connection()]), T0);
  const proxy = proxyReplySchema.parse(await (await get("/api/proxy/edge-1")).json());
  assert.deepEqual([proxy.active_connections, proxy.connections[0].active], [0, false]);
  assert.equal(proxy.connections[0].state, "active");
});

Deno.test("GET /api/proxy/:id finds the original's identities", async () => {
  const { registry, get } = setUpApp();
  for (const proxy_id of ["socks5_0.0.0.0:1080", "a/b c%é?#"]) {
    registry.apply(fromLegacy(legacyReportSchema.parse(legacyReport({ proxy_id })), T0), T0);
    const reply = await get(`/api/proxy/${encodeURIComponent(proxy_id)}`);
    assert.equal(proxyReplySchema.parse(await reply.json()).proxy_id, proxy_id);
  }
  const plain = await get("/api/proxy/socks5_0.0.0.0:1080");
  assert.equal(plain.status, 200);
});

Deno.test("GET /api/health says that the manager answers", async () => {
  const { get } = setUpApp();
  const health = healthReplySchema.parse(await (await get("/api/health")).json());
  assert.deepEqual(health, { status: "healthy", timestamp: T0 / 1000 });
});

Deno.test("GET /api/openapi.json describes every route of the API", async () => {
  const { get } = setUpApp();
  const { openapi, paths } = await (await get("/api/openapi.json")).json();
  assert.equal(openapi, "3.1.0");
  for (const path of ["/api/stats", "/api/connections", "/api/openapi.json", "/metrics", "/ws"]) {
    assert.ok(paths[path], path);
  }
  const [limit] = paths["/api/proxy/{id}"].get.parameters
    .filter(({ name }: { name: string }) => name === "limit");
  assert.equal(limit.schema.type, "integer");
});

Deno.test("The API answers what is wrong with a status and an error in its one form", async () => {
  const { get, request } = setUpApp();
  const table: [path: string, status: number, code: string][] = [
    ["/api/nothing", 404, "not_found"],
    ["/nothing.js", 404, "not_found"],
    ["/../../etc/passwd", 404, "not_found"],
    ["/api/proxy/nobody", 404, "proxy_not_found"],
    ["/api/proxy/%ff", 404, "proxy_not_found"],
    ["/api/proxy/x?limit=10001", 400, "bad_request"],
    ["/api/proxy/x?limit=-1", 400, "bad_request"],
    ["/api/proxy/x?limit=", 400, "bad_request"],
    ["/api/proxy/x?limit=1e2", 400, "bad_request"],
    ["/api/proxy/x?offset=abc", 400, "bad_request"],
    ["/api/proxies?active_only=maybe", 400, "bad_request"],
    [`/api/proxies?proxy_id=${"x".repeat(301)}`, 400, "bad_request"],
    [`/api/proxy/${"x".repeat(301)}`, 400, "bad_request"],
    ["/ws", 426, "upgrade_required"],
  ];
  for (const [path, status, code] of table) {
    const reply = await get(path);
    assert.equal(reply.status, status, path);
    assert.equal(errorReplySchema.parse(await reply.json()).error.code, code, path);
  }
  for (const method of ["POST", "PUT", "DELETE", "PATCH", "OPTIONS"]) {
    const reply = await request("/api/stats", { method });
    assert.equal(reply.status, 405, method);
    assert.equal(reply.headers.get("allow"), "GET, HEAD");
    assert.equal(errorReplySchema.parse(await reply.json()).error.code, "method_not_allowed");
  }
  assert.equal((await request("/api/stats", { method: "HEAD" })).status, 200);
});

Deno.test("The API answers a fault of its own with 500 and no detail", async () => {
  const { get } = setUpApp({
    stats: () => {
      throw new Error("secret path");
    },
  });
  const reply = await get("/api/stats");
  assert.equal(reply.status, 500);
  const text = await reply.text();
  assert.equal(errorReplySchema.parse(JSON.parse(text)).error.code, "internal");
  assert.ok(!text.includes("secret"));
});

Deno.test("Every reply carries the headers that keep foreign pages and scripts out", async () => {
  const { get } = setUpApp();
  for (const path of ["/", "/api/stats", "/api/nothing", "/metrics", "/app.js"]) {
    const { headers } = await get(path);
    const policy = headers.get("content-security-policy") ?? "";
    assert.match(policy, /default-src 'none'/, path);
    assert.match(policy, /script-src 'self'(;|$)/, path);
    assert.match(policy, /frame-ancestors 'none'/, path);
    assert.doesNotMatch(policy, /unsafe|https?:|\*/, path);
    assert.equal(headers.get("x-content-type-options"), "nosniff", path);
    assert.equal(headers.get("strict-transport-security"), null, path);
    assert.equal(headers.get("access-control-allow-origin"), null, path);
  }
});

Deno.test("GET /ws turns viewers away when there are too many", async () => {
  const { live, get } = setUpApp();
  for (let i = 0; i < MAX_VIEWERS; i++) {
    live.open({ bufferedAmount: 0, send() {}, close() {} });
  }
  const reply = await get("/ws", { upgrade: "websocket" });
  assert.equal(reply.status, 503);
  assert.equal(errorReplySchema.parse(await reply.json()).error.code, "too_many_viewers");
});
