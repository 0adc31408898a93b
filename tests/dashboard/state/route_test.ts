import { strict as assert } from "node:assert";
import { parseRoute, proxyHref } from "../../../dashboard/state/route.ts";

Deno.test("parseRoute reads what proxyHref wrote", () => {
  for (const proxyId of ["edge-1", "a/b#c?d%2F", "<script>", "\u202E 😀", "x".repeat(300)]) {
    assert.deepEqual(parseRoute(proxyHref(proxyId)), { page: "proxy", proxyId });
  }
});

Deno.test("parseRoute is the fleet for anything else", () => {
  const tooLong = proxyHref("x".repeat(301));
  for (const hash of ["", "#", "#/", "#/proxy/", "#/nothing", "#/proxy/%E0%A4%A", tooLong]) {
    assert.deepEqual(parseRoute(hash), { page: "fleet" }, hash);
  }
});

Deno.test("proxyHref does not fail on half a character", () => {
  assert.equal(proxyHref("a\uD800"), "#/proxy/a%EF%BF%BD");
});
