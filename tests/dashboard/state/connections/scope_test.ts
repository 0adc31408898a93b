import { strict as assert } from "node:assert";
import {
  modesOf,
  parseScope,
  proxiesOf,
  type Scope,
  scopeOf,
  scopeText,
} from "../../../../dashboard/state/connections/scope.ts";
import { proxy } from "../../support.ts";

const FLEET = [
  proxy({ proxy_id: "web-2", controlled: true }),
  proxy({ proxy_id: "web-1", controlled: true }),
  proxy({ proxy_id: "relay", proxy_type: "tcp", controlled: true }),
  proxy({ proxy_id: "free" }),
  proxy({ proxy_id: "gone", status: "offline" }),
];

Deno.test("parseScope reads what scopeText wrote", () => {
  const scopes: Scope[] = [
    { of: "all" },
    { of: "mode", name: "socks5" },
    { of: "proxy", name: "edge-1" },
    { of: "proxy", name: "a b  c" },
    { of: "proxy", name: "" },
  ];
  for (const scope of scopes) assert.deepEqual(parseScope(scopeText(scope)), scope);
  assert.deepEqual(parseScope("strange x"), { of: "all" });
});

Deno.test("scopeOf is the page's proxy, else the one or the mode that is filtered by", () => {
  const of = (facets: Record<string, string>, proxyId: string | null = null) =>
    scopeText(scopeOf({ facets }, proxyId));
  assert.equal(of({}), "");
  assert.equal(of({ type: "tcp" }), "mode tcp");
  assert.equal(of({ type: "tcp", proxy: "relay" }), "proxy relay");
  assert.equal(of({ proxy: "relay" }, "web-1"), "proxy web-1");
});

Deno.test("proxiesOf names those that take orders, and counts those running that do not", () => {
  assert.deepEqual(proxiesOf({ of: "all" }, FLEET), {
    ids: ["relay", "web-1", "web-2"],
    others: 1,
  });
  assert.deepEqual(proxiesOf({ of: "mode", name: "http" }, FLEET), {
    ids: ["web-1", "web-2"],
    others: 1,
  });
  assert.deepEqual(proxiesOf({ of: "proxy", name: "free" }, FLEET), { ids: [], others: 1 });
  assert.deepEqual(proxiesOf({ of: "proxy", name: "unknown" }, FLEET), { ids: [], others: 0 });
  assert.deepEqual(modesOf(FLEET), ["http", "tcp"]);
});

Deno.test("proxiesOf names no more than one order takes", () => {
  const many = Array.from(
    { length: 10_001 },
    (_, i) => proxy({ proxy_id: `p-${i}`, controlled: true }),
  );
  assert.equal(proxiesOf({ of: "all" }, many).ids.length, 10_000);
});
