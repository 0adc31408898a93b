import { strict as assert } from "node:assert";
import { printConfig } from "../../config/print.ts";
import { readConfig } from "../../config/read.ts";
import { newStatsKey } from "../../proxy/stats/key.ts";

function print(text: string, env: Record<string, string> = {}): string {
  const result = readConfig("a.toml", text, (name) => env[name]);
  assert.ok("value" in result, JSON.stringify(result));
  return printConfig(result.value);
}

Deno.test("printConfig says what holds, of file and environment, in a file that reads the same", () => {
  const text = `
    log_format = "json"
    [manager]
    history = false
    hsts = 60
    trusted_proxy = ["10.0.0.1"]
    [alerts]
    time_zone = "Europe/Berlin"
    [[alerts.rule]]
    name = "busy"
    metric = "active_connections"
    threshold = 5
    [defaults]
    idle_timeout = 2
    [[proxy]]
    name = "x"
    mode = "tcp"
    target = ["a:1", "b:2"]
    healthcheck = true
    workers = "auto"
  `;
  const env = { RUSTPROXY_MAX_CONNECTIONS: "20", RUSTPROXY_ACCESS: "deny ::1\nallow *" };
  const printed = print(text, env);
  assert.equal(print(printed), printed);
  assert.match(printed, /^\[\[proxy\]\]\nname = "x"\n/m);
  assert.match(printed, /^idle_timeout = 2\n/m);
  assert.match(printed, /^max_connections = 20\n/m);
  assert.match(printed, /^access = \[ "deny ::1", "allow \*" \]\n/m);
  assert.match(printed, /^workers = "auto"\n/m);
});

Deno.test("printConfig shows no secret", () => {
  const key = newStatsKey();
  const text = `
    [manager]
    auth = ["ann:geheim", "bob:geheim"]
    stats_key = ["${key}"]
    control_key = "${key}"
    [[alerts.webhook]]
    name = "chat"
    url = "https://example.com/geheim"
    secret = "geheim-geheim"
    [[proxy]]
    name = "x"
    mode = "http"
    auth = "ann:geheim"
    stats_addr = "127.0.0.1:1"
    stats_key = "${key}"
  `;
  const printed = print(text);
  assert.ok(!printed.includes("geheim") && !printed.includes(key), printed);
  assert.match(printed, /^auth = \[ "\*\*\*", "\*\*\*" \]$/m);
  assert.equal(printed.match(/\*\*\*/g)?.length, 8);
});
