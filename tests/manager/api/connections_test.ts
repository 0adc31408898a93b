import { strict as assert } from "node:assert";
import {
  type ConnectionsReply,
  connectionsReplySchema,
} from "../../../manager/api/model_connections.ts";
import type { ConnectionRecord } from "../../../proxy/stats/report.ts";
import { setUpApp } from "../../support/manager_app.ts";
import { connection, report, T0 } from "../../support/reports.ts";

/** Two proxies that are up and one that has stopped. */
function setUp() {
  const app = setUpApp();
  const start = T0 / 1000 - 50;
  const record = (id: number, overrides: Partial<ConnectionRecord>) =>
    connection({ id, start_time: start + id, ...overrides });
  app.registry.apply(
    report({ proxy_id: "edge-1", omitted_connections: 4 }, [
      record(1, { user: "ann", bytes_sent: 500, target: "www.example.com:443" }),
      record(2, { user: "bob", client_ip: "192.0.2.9", bytes_sent: 300 }),
      record(3, { client_ip: "::ffff:198.51.100.1", state: "failed", reason: "refused" }),
    ]),
    T0,
  );
  app.registry.apply(
    report({ proxy_id: "edge-2", omitted_connections: 2 }, [
      record(1, { user: "Ann", client_ip: "2001:db8::1", bytes_received: 1000, requests: 7 }),
      record(2, { state: "closed", reason: "idle" }),
    ]),
    T0,
  );
  app.registry.apply(report({ proxy_id: "old", state: "stopped" }, [record(9, {})]), T0);
  const ask = async (query: string): Promise<ConnectionsReply> => {
    const reply = await app.get(`/api/connections${query}`);
    const text = await reply.text();
    assert.equal(reply.status, 200, `${query}: ${text}`);
    return connectionsReplySchema.parse(JSON.parse(text));
  };
  return { ...app, ask };
}

const names = ({ connections }: ConnectionsReply) =>
  connections.map((c) => `${c.proxy_id} ${c.id}`);

Deno.test("GET /api/connections finds what fits in the whole fleet", async () => {
  const { ask } = setUp();
  const table: [query: string, found: string[]][] = [
    ["", ["edge-1 2", "edge-1 1", "edge-2 1", "old 9", "edge-1 3", "edge-2 2"]],
    ["?proxy=edge-*", ["edge-1 2", "edge-1 1", "edge-2 1", "edge-1 3", "edge-2 2"]],
    ["?proxy=old", ["old 9"]],
    ["?client=192.0.2.0/24,2001:db8::/32&proxy=edge*&active", ["edge-1 2", "edge-1 1", "edge-2 1"]],
    ["?client=198.51.100.1", ["edge-1 3"]],
    ["?user=ann", ["edge-1 1", "edge-2 1"]],
    ["?user=&proxy=edge-1", ["edge-1 3"]],
    ["?target=*.example.com:443", ["edge-1 1"]],
    ["?reason=*&state=failed,closed", ["edge-1 3", "edge-2 2"]],
    ["?reason=idle", ["edge-2 2"]],
    ["?active=true", ["edge-1 2", "edge-1 1", "edge-2 1"]],
    ["?active=false", ["old 9", "edge-1 3", "edge-2 2"]],
    ["?state=active&active=0", ["old 9"]],
    ["?target=nowhere", []],
  ];
  for (const [query, found] of table) {
    const reply = await ask(query);
    assert.deepEqual(names(reply), found, query);
    assert.deepEqual([reply.total, reply.left_out], [found.length, 0], query);
  }
});

Deno.test("GET /api/connections sorts by several fields, and says what no report held", async () => {
  const { ask } = setUp();
  const table: [sort: string, found: string[]][] = [
    ["proxy_id,-id", ["edge-1 3", "edge-1 2", "edge-1 1", "edge-2 2", "edge-2 1"]],
    ["-bytes,proxy_id", ["edge-2 1", "edge-1 1", "edge-1 2", "edge-1 3", "edge-2 2"]],
    ["active,-user", ["edge-1 3", "edge-2 2", "edge-1 2", "edge-1 1", "edge-2 1"]],
    ["state,-start_time", ["edge-1 2", "edge-1 1", "edge-2 1", "edge-2 2", "edge-1 3"]],
  ];
  for (const [sort, found] of table) {
    const reply = await ask(`?proxy=edge-*&sort=${sort}`);
    assert.deepEqual(names(reply), found, sort);
    assert.equal(reply.not_reported, 6);
  }
  assert.equal((await ask("?proxy=edge-2")).not_reported, 2);
});

Deno.test("GET /api/connections gives pages that follow each other while the fleet changes", async () => {
  const { ask, registry } = setUp();
  const first = await ask("?sort=-start_time&limit=2");
  assert.deepEqual(names(first), ["old 9", "edge-1 3"]);
  assert.deepEqual([first.total, first.left_out], [6, 4]);
  assert.ok(first.next_cursor);
  registry.apply(report({ proxy_id: "new" }, [connection({ id: 1, start_time: T0 / 1000 })]), T0);
  assert.equal(registry.forget("old", T0), "forgotten");
  const second = await ask(`?sort=-start_time&limit=2&cursor=${first.next_cursor}`);
  assert.deepEqual(names(second), ["edge-1 2", "edge-2 2"]);
  const third = await ask(`?sort=-start_time&limit=2&cursor=${second.next_cursor}`);
  assert.deepEqual([names(third), third.next_cursor], [["edge-1 1", "edge-2 1"], null]);
});

Deno.test("GET /api/connections sums by client, target, user or proxy", async () => {
  const { ask } = setUp();
  const { groups, connections, total, left_out } = await ask("?group=user&proxy=edge-*");
  assert.deepEqual(connections, []);
  assert.deepEqual([total, left_out], [4, 0]);
  const zero = { active: 0, bytes_sent: 200, bytes_received: 400, requests: 2 };
  assert.deepEqual(groups[0], { key: "", connections: 2, ...zero });
  assert.deepEqual(groups.slice(1).map(({ key, bytes_sent }) => [key, bytes_sent]), [
    ["Ann", 100],
    ["ann", 500],
    ["bob", 300],
  ]);
  const byProxy = await ask("?group=proxy&sort=-bytes,key&limit=1");
  assert.deepEqual(byProxy.groups.map(({ key }) => key), ["edge-1"]);
  assert.equal(byProxy.left_out, 2);
  const next = await ask(`?group=proxy&sort=-bytes,key&limit=1&cursor=${byProxy.next_cursor}`);
  assert.deepEqual(next.groups.map(({ key }) => key), ["edge-2"]);
  const byTarget = await ask("?group=target&sort=key");
  assert.deepEqual(byTarget.groups.map(({ key }) => key), [
    "example.com:443",
    "www.example.com:443",
  ]);
});

Deno.test("GET /api/connections gives CSV that no spreadsheet takes for formulas", async () => {
  const { get, registry } = setUpApp();
  registry.apply(
    report({}, [connection({ user: "=1+1", target: 'a,"b"\r\n:1', reason: "-x" })]),
    T0,
  );
  for (const [query, headers] of [["?format=csv", {}], ["", { accept: "text/csv" }]] as const) {
    const reply = await get(`/api/connections${query}`, headers);
    assert.match(reply.headers.get("content-type") ?? "", /^text\/csv; charset=utf-8/);
    assert.match(reply.headers.get("content-disposition") ?? "", /filename="connections\.csv"/);
    assert.equal(reply.headers.get("x-total-count"), "1");
    const [head, row] = (await reply.text()).split(/(?<=reason,requests)\r\n/);
    assert.match(head, /^proxy_id,id,client_ip,client_port,target,/);
    assert.match(row, /^edge-1,1,192\.0\.2\.1,50000,"a,""b""\r\n:1",.*,'=1\+1,'-x,1\r\n$/s);
  }
  const page = await get("/api/connections?format=csv&group=client&limit=1");
  assert.match(await page.text(), /^key,connections,active,.*\r\n192\.0\.2\.1,1,1,/);
  const list = await get("/api/proxies?format=csv");
  assert.match(await list.text(), /^proxy_id,proxy_type,.*\r\nedge-1,http,/);
  const one = await get("/api/proxy/edge-1?format=csv");
  assert.match(await one.text(), /^id,client_ip,.*\r\n1,192\.0\.2\.1,/);
});

Deno.test("GET /api/connections says what it does not understand", async () => {
  const { get } = setUp();
  const { next_cursor } = await (await get("/api/connections?limit=1")).json();
  const table: [query: string, message: RegExp][] = [
    ["client=10.0.0.0/99", /client: expected at most 32 bits/],
    ["client=example.com", /client: expected an address/],
    [`client=${Array(17).fill("::1").join()}`, /client: expected at most 16/],
    ["state=open", /state/],
    ["sort=colour", /sort: expected up to 4 different ones of/],
    ["sort=id,-id", /sort: expected up to 4 different/],
    ["sort=id,user,target,bytes,active", /sort/],
    ["sort=key", /sort: key is none of proxy_id/],
    ["group=user&sort=target", /sort: target is none of key/],
    ["limit=1001", /limit: expected at most 1000/],
    ["cursor=abc", /cursor: expected one of this same query/],
    [`cursor=${next_cursor}&sort=id`, /cursor: expected one of this same query/],
    [`cursor=${next_cursor}&group=user`, /cursor: expected one of this same query/],
    [`cursor=${"x".repeat(9000)}`, /cursor/],
    [`target=${"*".repeat(201)}`, /target/],
  ];
  for (const [query, message] of table) {
    const reply = await get(`/api/connections?${query}`);
    assert.equal(reply.status, 400, query);
    assert.match((await reply.json()).error.message, message, query);
  }
});

Deno.test("DELETE /api/proxy/:id forgets a proxy that is gone, for those on this host alone", async () => {
  const { app, request, get } = setUp();
  const remove = async (id: string, headers: Record<string, string> = {}) =>
    (await request(`/api/proxy/${id}`, { method: "DELETE", headers })).status;
  assert.equal(await remove("edge-1"), 409);
  assert.equal(await remove("nobody"), 404);
  const refused: Record<string, string>[] = [
    { origin: "http://evil.example" },
    { origin: "null" },
    { "sec-fetch-site": "cross-site" },
    { "x-forwarded-for": "127.0.0.1" },
    { forwarded: "for=127.0.0.1" },
  ];
  for (const headers of refused) {
    assert.equal(await remove("old", headers), 403, JSON.stringify(headers));
  }
  const path = "http://localhost/api/proxy/old";
  for (const ip of ["192.0.2.1", "::2"]) {
    const client = { ip, port: 1, closed: false, upgrade: () => null, allow() {}, cutSoon() {} };
    const init = { method: "DELETE", headers: { host: "localhost" } };
    assert.equal((await app.request(path, init, { client })).status, 403, ip);
  }
  assert.equal(
    await remove("old", { origin: "http://localhost:13337", "sec-fetch-site": "same-origin" }),
    204,
  );
  assert.equal((await get("/api/proxy/old")).status, 404);
  assert.equal(await remove("old"), 404);
});
