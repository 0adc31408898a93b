import { strict as assert } from "node:assert";
import { alertSchema } from "../../../manager/alerts/config.ts";
import { METRIC_NAMES } from "../../../manager/alerts/metric.ts";
import { DEFAULT_RULES } from "../../../manager/alerts/rule.ts";
import { SECRET_KEYS } from "../../../manager/alerts/webhook_schema.ts";
import { readToml } from "../../../proxy/toml/read.ts";
import { ROOT } from "../../support/import_graph.ts";
import { deliverySchema } from "../../support/receiver.ts";

const README = Deno.readTextFileSync(new URL("README.md", ROOT));
const SECTION = /^### Alerts\n(.*?)^### /ms.exec(README)![1];

/** The section's only block of this language. */
function block(language: string): string {
  const [found, ...more] = SECTION.matchAll(new RegExp(`^\`\`\`${language}\n(.*?)^\`\`\`$`, "gms"));
  assert.equal(more.length, 0);
  return found[1];
}

Deno.test("README's file of alerts is one, and says what it means", () => {
  const sources = { env: () => undefined, readFile: () => "" };
  const result = readToml(block("toml"), {
    file: "README.md",
    schema: alertSchema(sources),
    secrets: SECRET_KEYS,
  });
  assert.ok("value" in result, "problems" in result ? result.problems.join("\n") : "");
  const { rules, webhooks, timeZone } = result.value;
  const rule = (name: string) => rules.find((rule) => rule.name === name)!;
  assert.equal(rules.length, DEFAULT_RULES.length + 2);
  assert.deepEqual([rule("error_rate").threshold, rule("error_rate").forMs], [5, 300_000]);
  assert.equal(rule("report_loss").enabled, false);
  const { threshold, clear, keepMs, proxies } = rule("edge-busy");
  assert.deepEqual([threshold, clear, keepMs], [100_000_000, 75_000_000, 300_000]);
  assert.deepEqual(proxies, ["edge-*", "core-1"]);
  assert.equal(rule("fleet-full").scope, "fleet");
  assert.deepEqual(webhooks.map(({ name, format }) => [name, format]), [
    ["on-call", "json"],
    ["chat", "slack"],
  ]);
  assert.equal(timeZone, "Europe/Berlin");
});

Deno.test("README tells every default rule, every metric, and the body of a delivery", () => {
  for (const { name, severity } of DEFAULT_RULES) {
    assert.match(SECTION, new RegExp(`^\\| \`${name}\` .*\\| ${severity} +\\|$`, "m"));
  }
  for (const name of METRIC_NAMES) assert.ok(SECTION.includes(`\`${name}\``), name);
  deliverySchema.parse(JSON.parse(block("json")));
});
