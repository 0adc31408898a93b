import { strict as assert } from "node:assert";
import { changedHref, pageHref, parseRoute, proxyHref } from "../../../dashboard/state/route.ts";

const FLEET = { page: "fleet", proxyId: "", query: {} };

Deno.test("parseRoute reads what proxyHref wrote", () => {
  for (const proxyId of ["edge-1", "a/b#c?d%2F", "<script>", "\u202E 😀", "x".repeat(300)]) {
    assert.deepEqual(parseRoute(proxyHref(proxyId)), { page: "proxy", proxyId, query: {} });
  }
});

Deno.test("parseRoute reads a query as pageHref wrote it", () => {
  const query = { q: "a=b&c #?%", sort: "-bytes", name: "\u202E 😀" };
  assert.deepEqual(parseRoute(pageHref("fleet", query)), { ...FLEET, query });
  const proxy = { page: "proxy", proxyId: "a?b/c", query };
  assert.deepEqual(parseRoute(proxyHref("a?b/c", query)), proxy);
});

Deno.test("parseRoute leaves out a query that nobody would write", () => {
  assert.deepEqual(parseRoute(`#/?q=${"x".repeat(8_000)}`), FLEET);
});

Deno.test("parseRoute is the fleet for anything else", () => {
  const tooLong = proxyHref("x".repeat(301));
  const others = [
    "",
    "#",
    "#/",
    "#/proxy",
    "#/proxy/",
    "#/nothing",
    "#/fleet/x",
    "#/proxy/%E0%A4%A",
  ];
  for (const hash of [...others, tooLong]) assert.deepEqual(parseRoute(hash), FLEET, hash);
});

Deno.test("proxyHref does not fail on half a character", () => {
  assert.equal(proxyHref("a\uD800"), "#/proxy/a%EF%BF%BD");
});

Deno.test("changedHref changes a part of the query, and takes away what is empty", () => {
  const route = parseRoute("#/proxy/edge?q=a&sort=-bytes");
  assert.equal(changedHref(route, { q: "b" }), "#/proxy/edge?q=b&sort=-bytes");
  assert.equal(changedHref(route, { q: "", sort: "" }), "#/proxy/edge");
  assert.equal(pageHref("fleet"), "#/");
});
