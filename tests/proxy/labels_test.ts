import { strict as assert } from "node:assert";
import { labelFlag } from "../../proxy/labels.ts";
import { MAX_LABELS } from "../../proxy/stats/labels_record.ts";
import { proxyOptionsSchema } from "../../proxy/options.ts";
import { startControlled, withWorkers } from "../support/control.ts";
import { eventually } from "../support/eventually.ts";

Deno.test("proxyOptionsSchema takes labels, in the order of their names", () => {
  const { labels } = proxyOptionsSchema.parse({ mode: "http", label: ["env=prod", "dc=fra=1"] });
  assert.deepEqual(Object.entries(labels), [["dc", "fra=1"], ["env", "prod"]]);
  assert.deepEqual(proxyOptionsSchema.parse({ mode: "http" }).labels, {});
});

Deno.test("labelFlag says of each label what is wrong with it", () => {
  const many = Array.from({ length: MAX_LABELS + 1 }, (_, i) => `l${i}=x`);
  const said = (texts: string[]) =>
    labelFlag.safeParse(texts).error?.issues.map(({ message }) => message);
  assert.deepEqual(said(["env", "a=b", "a=c"]), [
    'Cannot parse --label "env": expected name=value',
    'Cannot parse --label "a=c": expected each name once',
  ]);
  assert.deepEqual(said(many), ["Cannot use --label: expected at most 16, found 17"]);
  assert.equal(said(many.slice(1)), undefined);
});

withWorkers("A proxy reports its labels, and others once it has them", async (workers) => {
  await using proxy = await startControlled(workers, "http", { label: ["env=prod", "dc=fra"] });
  const told = (what: unknown) =>
    eventually(
      `${JSON.stringify(what)} is reported`,
      () =>
        proxy.reports.some((report) =>
          report.kind === "detail" && JSON.stringify(report.labels) === JSON.stringify(what)
        ),
    );
  await told({ set: 0, of: 2, some: { dc: "fra", env: "prod" } });
  const next = proxy.options({ label: ["env=test"] });
  assert.deepEqual(await proxy.proxy.apply(next), { applied: ["labels"] });
  await told({ set: 1, of: 1, some: { env: "test" } });
  assert.deepEqual(await proxy.proxy.apply(proxy.options({ label: [] })), { applied: ["labels"] });
  await told({ set: 2, of: 0, some: {} });
});
