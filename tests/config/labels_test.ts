import { strict as assert } from "node:assert";
import { printConfig } from "../../config/print.ts";
import { readConfig } from "../../config/read.ts";

const TEXT = `[defaults]
labels = { env = "prod", dc = "fra" }
[[proxy]]
name = "a"
mode = "http"
listen = ":1"
[[proxy]]
name = "b"
mode = "http"
listen = ":2"
labels.env = "test"
labels."x.y" = "= # z"
`;

const read = (text: string, env: Record<string, string> = {}) =>
  readConfig("a.toml", text, (name) => env[name]);

function labels(text: string, env: Record<string, string> = {}) {
  const result = read(text, env);
  assert.ok("value" in result, JSON.stringify(result));
  return [...result.value.proxies.values()].map(({ labels }) => labels);
}

function problems(text: string, env: Record<string, string> = {}) {
  const result = read(text, env);
  return "problems" in result ? result.problems : [];
}

Deno.test("readConfig puts labels of defaults, proxy and environment together, each by itself", () => {
  assert.deepEqual(labels(TEXT), [
    { dc: "fra", env: "prod" },
    { dc: "fra", env: "test", "x.y": "= # z" },
  ]);
  assert.deepEqual(labels(TEXT, { RUSTPROXY_LABEL: "env=any\nsite=x=y" }), [
    { dc: "fra", env: "any", site: "x=y" },
    { dc: "fra", env: "any", site: "x=y", "x.y": "= # z" },
  ]);
});

Deno.test("printConfig prints labels so that they read the same", () => {
  const environments: Record<string, string>[] = [{}, { RUSTPROXY_LABEL: 'a="\\' }];
  for (const env of environments) {
    const result = read(TEXT, env);
    assert.ok("value" in result);
    const printed = printConfig(result.value);
    assert.deepEqual(labels(printed), labels(TEXT, env));
  }
});

Deno.test("readConfig says of each label what is wrong with it, and where", () => {
  const proxy = (labels: string) => `[[proxy]]\nname = "a"\nmode = "http"\n${labels}\n`;
  const value = "expected a value of 1 to 64 printable characters, with no space at either end";
  assert.deepEqual(problems(proxy('labels = { ok = "x", e = "", n = 3 }')), [
    `a.toml:4: proxy "a" labels e: ${value}, found ""`,
    `a.toml:4: proxy "a" labels n: ${value}, found 3`,
  ]);
  assert.deepEqual(problems(proxy('[proxy.labels]\nok = "x"\n"a b" = "y"')), [
    'a.toml:6: proxy "a" labels a b: expected a name of 1 to 32 characters from A-Za-z0-9_.-, ' +
    'with a letter or _ in front, found "y"',
  ]);
  assert.deepEqual(problems(proxy('labels = "env=prod"')), [
    'a.toml:4: proxy "a" labels: expected a table, found "env=prod"',
  ]);
  const many = Array.from({ length: 17 }, (_, i) => `l${i} = "x"`).join(", ");
  assert.deepEqual(problems(proxy(`labels = { ${many} }`)), [
    'a.toml:4: proxy "a" labels: expected at most 16, found 17',
  ]);
  assert.deepEqual(problems(proxy(""), { RUSTPROXY_LABEL: "env" }), [
    'a.toml:1: proxy "a": Cannot parse labels "env": expected name=value (RUSTPROXY_LABEL is set)',
  ]);
});
