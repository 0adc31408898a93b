import { strict as assert } from "node:assert";
import { ManagerClient } from "../../../dashboard/api/client.ts";
import { fromLegacy, legacyReportSchema } from "../../../manager/legacy_report.ts";
import { setUpApp } from "../../support/manager_app.ts";
import { legacyReport, report, T0 } from "../../support/reports.ts";

/** A client of a manager without a port. */
function setUp() {
  const { registry, request } = setUpApp();
  const ask = (input: URL | RequestInfo, init?: RequestInit) => request(String(input), init);
  return { registry, client: new ManagerClient("http://localhost:13337/", ask) };
}

Deno.test("ManagerClient forgets a proxy that is gone, whatever it is called", async () => {
  const { registry, client } = setUp();
  for (const proxy_id of ["edge-1", "a/b c%é?#"]) {
    const legacy = legacyReportSchema.parse(legacyReport({ proxy_id }));
    registry.apply(fromLegacy(legacy, T0 - 100_000), T0 - 100_000);
    assert.equal(await client.forget(proxy_id), null);
    assert.equal(registry.get(proxy_id), undefined, proxy_id);
    assert.equal(await client.forget(proxy_id), null, "it is gone already");
  }
});

Deno.test("ManagerClient says why a proxy is not forgotten", async () => {
  const { registry, client } = setUp();
  registry.apply(report(), T0);
  assert.match(await client.forget("edge-1") ?? "", /^Only an offline or stopped proxy/);
  assert.ok(registry.get("edge-1"));
  const silent = new ManagerClient("http://localhost/", () => Promise.reject(new TypeError()));
  assert.equal(await silent.forget("edge-1"), "The manager cannot be reached");
});
