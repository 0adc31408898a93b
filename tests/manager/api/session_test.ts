import { strict as assert } from "node:assert";
import { errorReplySchema } from "../../../manager/api/model.ts";
import { sessionReplySchema } from "../../../manager/api/model_session.ts";
import type { AppDeps } from "../../../manager/api/app.ts";
import { basic, RFC, setUpAuth, TOKENS } from "../../support/accounts.ts";
import { LOCAL, setUpApp } from "../../support/manager_app.ts";
import { report, T0 } from "../../support/reports.ts";

const INDEX = { body: new Uint8Array(1), type: "text/html", etag: '"1"' };
const REMOTE = { ...LOCAL, ip: "192.0.2.1", peer_ip: "192.0.2.1" };
const ORIGIN = "http://localhost:13337";

function setUp(overrides: Partial<AppDeps> = {}) {
  const accounts = setUpAuth();
  const dashboard = new Map([["/", INDEX], ["/app.js", INDEX]]);
  const { auth, audit } = accounts;
  const { app, registry } = setUpApp({ auth, audit, dashboard, ...overrides });
  const ask = async (path: string, init: RequestInit = {}, client = REMOTE) => {
    const headers = { host: "localhost:13337", ...init.headers as Record<string, string> };
    return await app.request(path, { ...init, headers }, { client });
  };
  const login = (user: string, password: string, client = REMOTE, headers = {}) => {
    const body = JSON.stringify({ user, password });
    const type = { "content-type": "application/json" };
    return ask("/api/login", { method: "POST", headers: { ...type, ...headers }, body }, client);
  };
  /** The Cookie field of somebody who has logged in. */
  const cookieOf = async (user: string) => cookieIn(await login(user, "secret"));
  return { ...accounts, registry, ask, login, cookieOf };
}

function cookieIn(reply: Response): string {
  assert.equal(reply.status, 200);
  return reply.headers.get("set-cookie")!.split(";")[0];
}

const codeOf = async (reply: Response) => errorReplySchema.parse(await reply.json()).error.code;
const sessionOf = async (reply: Response) => sessionReplySchema.parse(await reply.json());

Deno.test("accessGuard lets nobody read without a login, and everybody see the page that asks for it", async () => {
  await using api = setUp();
  const { ask } = api;
  const closed = [
    ...["/api/stats", "/api/proxies", "/api/proxy/x", "/api/events", "/api/audit", "/metrics"],
    ...["/api/openapi.json", "/grafana.json", "/ws", "/nothing", "/api/nothing", "/app.js/"],
  ];
  for (const path of closed) {
    for (const client of [REMOTE, LOCAL]) {
      const reply = await ask(path, {}, client);
      assert.equal(reply.status, 401, path);
      assert.equal(await codeOf(reply), "login_required", path);
      assert.match(reply.headers.get("www-authenticate")!, /^Bearer realm="rustproxy", Basic /);
    }
  }
  for (const path of ["/", "/app.js", "/api/health", "/api/session"]) {
    assert.equal((await ask(path)).status, 200, path);
    assert.equal((await ask(path, { method: "HEAD" })).status, 200, path);
  }
});

Deno.test("accessGuard does not make a browser open a box of its own", async () => {
  await using api = setUp();
  const headers = { "user-agent": "Mozilla/5.0 (X11; Linux x86_64)" };
  const reply = await api.ask("/api/stats", { headers });
  assert.equal(reply.headers.get("www-authenticate"), 'Bearer realm="rustproxy"');
});

Deno.test("accessGuard lets viewers read and admins change, whoever they show to be", async () => {
  await using api = setUp();
  const { ask, cookieOf, registry } = api;
  const viewers: HeadersInit[] = [
    { cookie: await cookieOf("vic") },
    { authorization: basic("eve", RFC.password) },
    { authorization: `Bearer ${TOKENS.viewer}` },
  ];
  const admins: HeadersInit[] = [
    { cookie: await cookieOf("ann") },
    { authorization: basic("adam", RFC.password) },
    { authorization: `Bearer ${TOKENS.admin}` },
  ];
  for (const headers of [...viewers, ...admins]) {
    assert.equal((await ask("/api/stats", { headers })).status, 200);
    assert.equal((await ask("/metrics", { headers })).status, 200);
    assert.equal((await ask("/ws", { headers })).status, 426);
  }
  registry.apply(report({ proxy_id: "gone", state: "stopped" }), T0);
  for (const headers of viewers) {
    const reply = await ask("/api/proxy/gone", { method: "DELETE", headers });
    assert.deepEqual([reply.status, await codeOf(reply)], [403, "admin_required"]);
    assert.equal(await codeOf(await ask("/api/audit", { headers })), "admin_required");
  }
  for (const headers of admins) {
    registry.apply(report({ proxy_id: "gone", state: "stopped" }), T0);
    assert.equal((await ask("/api/proxy/gone", { method: "DELETE", headers })).status, 204);
    assert.equal((await ask("/api/audit", { headers })).status, 200);
  }
});

Deno.test("accessGuard looks at no other proof beside a wrong one, and at none of this host", async () => {
  await using api = setUp();
  const cookie = await api.cookieOf("ann");
  const headers = { cookie, authorization: basic("ann", "no") };
  assert.equal(await codeOf(await api.ask("/api/stats", { headers })), "wrong_credentials");
  const local = await api.ask("/api/proxy/x", { method: "DELETE" }, LOCAL);
  assert.equal(await codeOf(local), "login_required");
});

Deno.test("GET /api/session says to everybody who they are", async () => {
  await using api = setUp();
  const { ask, cookieOf } = api;
  const view = async (headers: Record<string, string>, client = REMOTE) => {
    const reply = await ask("/api/session", { headers }, client);
    assert.equal(reply.status, 200);
    return await sessionOf(reply);
  };
  const nobody = { user: null, role: null, can_change: false, via: null };
  const common = { login_required: true, manager_version: "0.1.0" };
  assert.deepEqual(await view({}), { ...common, ...nobody });
  assert.deepEqual(await view({}, LOCAL), { ...common, ...nobody });
  assert.deepEqual(await view({ cookie: "rustproxy_session=x" }), { ...common, ...nobody });
  assert.deepEqual(await view({ authorization: basic("ann", "no") }), { ...common, ...nobody });
  const ann = { user: "ann", role: "admin", can_change: true, via: "session" };
  assert.deepEqual(await view({ cookie: await cookieOf("ann") }), { ...common, ...ann });
  const prom = { user: "prom", role: "viewer", can_change: false, via: "token" };
  assert.deepEqual(await view({ authorization: `Bearer ${TOKENS.viewer}` }), {
    ...common,
    ...prom,
  });
});

Deno.test("GET /api/session is no way to guess without end", async () => {
  await using api = setUp();
  const headers = { authorization: basic("ann", "no") };
  for (let i = 0; i < 5; i++) await api.ask("/api/session", { headers });
  const right = { authorization: basic("ann", "secret") };
  assert.equal((await sessionOf(await api.ask("/api/session", { headers: right }))).user, null);
  assert.equal((await api.ask("/api/stats", { headers: right })).status, 429);
});

Deno.test("GET /api/session tells without accounts who may change things", async () => {
  const { app } = setUpApp();
  const view = async (client: typeof LOCAL) => {
    const headers = { host: "localhost" };
    return await sessionOf(await app.request("/api/session", { headers }, { client }));
  };
  const common = { login_required: false, manager_version: "0.1.0" };
  const local = { user: "local", role: "admin", can_change: true, via: "local" };
  assert.deepEqual(await view(LOCAL), { ...common, ...local });
  const nobody = { ...common, user: null, role: null, can_change: false, via: null };
  assert.deepEqual(await view(REMOTE), nobody);
  assert.deepEqual(await view({ ...LOCAL, forwarded: true }), nobody);
});

Deno.test("POST /api/login gives a cookie that scripts, other pages and other paths do not get", async () => {
  await using api = setUp({ basePath: "/x", cookieName: "rustproxy_session_1" });
  const post = (client = REMOTE) => {
    const body = JSON.stringify({ user: "ann", password: "secret" });
    const headers = { "content-type": "application/json" };
    return api.ask("/x/api/login", { method: "POST", headers, body }, client);
  };
  const reply = await post();
  assert.deepEqual(await sessionOf(reply), {
    ...{ login_required: true, user: "ann", role: "admin", can_change: true, via: "session" },
    manager_version: "0.1.0",
  });
  const form = /^rustproxy_session_1=[\w-]{43}; Path=\/x\/; HttpOnly; SameSite=Strict$/;
  assert.match(reply.headers.get("set-cookie")!, form);
  const secure = (await post({ ...REMOTE, secure: true })).headers.get("set-cookie")!;
  assert.match(secure, /; Path=\/x\/; HttpOnly; Secure; SameSite=Strict$/);
  const headers = { cookie: cookieIn(reply) };
  assert.equal((await api.ask("/x/api/stats", { headers })).status, 200);
});

Deno.test("POST /api/login answers 401 for what is wrong, and 429 with Retry-After for too much of it", async () => {
  await using api = setUp();
  const { login, clock } = api;
  const other = { ...REMOTE, ip: "192.0.2.99" };
  for (let i = 0; i < 5; i++) {
    const reply = await login("ann", "no");
    assert.deepEqual([reply.status, await codeOf(reply)], [401, "wrong_credentials"]);
    assert.equal(reply.headers.get("set-cookie"), null);
  }
  const reply = await login("ann", "secret");
  assert.deepEqual([reply.status, await codeOf(reply)], [429, "too_many_attempts"]);
  assert.equal(reply.headers.get("retry-after"), "1");
  assert.equal((await login("ann", "secret", other)).status, 200);
  clock.now += 1000;
  assert.equal((await login("ann", "secret")).status, 200);
});

Deno.test("POST /api/login and /api/logout take nothing from a page of another origin", async () => {
  await using api = setUp();
  const { ask, login, cookieOf } = api;
  const cookie = await cookieOf("ann");
  const foreign: Record<string, string>[] = [
    { origin: "http://evil.example" },
    { origin: "null" },
    { "sec-fetch-site": "cross-site" },
    { "sec-fetch-site": "same-site" },
  ];
  for (const headers of foreign) {
    assert.equal(await codeOf(await login("ann", "secret", REMOTE, headers)), "origin_not_allowed");
    for (const [method, path] of [["POST", "/api/logout"], ["DELETE", "/api/proxy/x"]]) {
      const reply = await ask(path, { method, headers: { ...headers, cookie } });
      assert.deepEqual([reply.status, await codeOf(reply)], [403, "origin_not_allowed"], path);
    }
  }
  const types = ["application/x-www-form-urlencoded", "text/plain", "multipart/form-data"];
  for (const type of types) {
    const reply = await login("ann", "secret", REMOTE, { "content-type": type });
    assert.equal(reply.status, 415, type);
  }
  const own = { origin: ORIGIN, "sec-fetch-site": "same-origin" };
  assert.equal((await login("ann", "secret", REMOTE, own)).status, 200);
  assert.equal((await ask("/api/stats", { headers: { cookie } })).status, 200, "still logged in");
});

Deno.test("POST /api/logout ends the session, and is harmless without one", async () => {
  await using api = setUp();
  const cookie = await api.cookieOf("vic");
  const logout = (headers: HeadersInit) => api.ask("/api/logout", { method: "POST", headers });
  const reply = await logout({ cookie });
  assert.equal(reply.status, 204);
  assert.match(reply.headers.get("set-cookie")!, /^rustproxy_session=; Max-Age=0; Path=\/$/);
  assert.equal((await api.ask("/api/stats", { headers: { cookie } })).status, 401);
  assert.equal((await logout({ cookie })).status, 204);
  assert.equal((await logout({})).status, 204);
});

Deno.test("POST /api/login says what does not fit, and repeats no password", async () => {
  await using api = setUp();
  const bodies = [
    '{"user":"ann"}',
    '{"user":1,"password":"hunter2"}',
    `{"user":"ann","password":"${"hunter2".repeat(40)}"}`,
    '{"user":"ann","password":"hunter2"',
    "[]",
  ];
  for (const body of bodies) {
    const headers = { "content-type": "application/json" };
    const reply = await api.ask("/api/login", { method: "POST", headers, body });
    const text = await reply.text();
    assert.equal(reply.status, 400, text);
    errorReplySchema.parse(JSON.parse(text));
    assert.ok(!text.includes("hunter2"), text);
  }
});

Deno.test("GET /api/openapi.json says how to log in, where that is asked for", async () => {
  await using api = setUp();
  const headers = { authorization: `Bearer ${TOKENS.viewer}` };
  const document = await (await api.ask("/api/openapi.json", { headers })).json();
  assert.deepEqual(document.security, [{ basic: [] }, { bearer: [] }, { session: [] }]);
  assert.deepEqual(Object.keys(document.components.securitySchemes), [
    "basic",
    "bearer",
    "session",
  ]);
  const open = Object.entries<Record<string, { security?: unknown[] }>>(document.paths)
    .filter(([, item]) => Object.values(item).some(({ security }) => security?.length === 0))
    .map(([path]) => path);
  assert.deepEqual(open.toSorted(), ["/api/health", "/api/login", "/api/logout", "/api/session"]);
  const { security } = await (await setUpApp().get("/api/openapi.json")).json();
  assert.equal(security, undefined);
});
