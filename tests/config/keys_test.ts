import { strict as assert } from "node:assert";
import { COMMAND_LINE_ONLY, keys, keysOf } from "../../config/keys.ts";
import config from "../../deno.json" with { type: "json" };
import { flags } from "../../flags.ts";

Deno.test("keys has every flag that is not for the command line alone", () => {
  const inFile = keys().flatMap(({ flags }) => flags);
  const all = flags().map(({ option }) => option.long!);
  assert.deepEqual(inFile.filter((flag) => COMMAND_LINE_ONLY.includes(flag)), []);
  assert.deepEqual([...inFile, ...COMMAND_LINE_ONLY].sort(), all.sort());
});

Deno.test("keys gives each key a name and a variable of its own", () => {
  const names = keys().map(({ name }) => name);
  const variables = keys().map(({ variable }) => variable);
  assert.equal(new Set(names).size, names.length);
  assert.equal(new Set(variables).size, variables.length);
  for (const name of names) assert.match(name, /^[a-z][a-z0-9_]*$/);
});

Deno.test("The program may read every variable, and none that is not its own", () => {
  const [pattern, ...others] = config.permissions.rustproxy.env;
  assert.equal(pattern, "RUSTPROXY_*");
  assert.deepEqual(others, ["HOME", "XDG_STATE_HOME", "LOCALAPPDATA"]);
  for (const { variable } of keys()) assert.match(variable, /^RUSTPROXY_[A-Z0-9_]+$/);
});

Deno.test("keysOf tells what belongs to the program, a manager and a proxy", () => {
  const names = (kind: "config" | "manager" | "proxy") => keysOf(kind).map(({ name }) => name);
  assert.deepEqual(names("config"), ["log_level", "log_format"]);
  assert.ok(names("manager").includes("stats_listen") && !names("manager").includes("target"));
  assert.ok(names("proxy").includes("target") && !names("proxy").includes("stats_listen"));
  const both = names("proxy").filter((name) => names("manager").includes(name));
  assert.deepEqual(both, [
    ...["listen", "auth", "auth_file", "tls_cert", "tls_key", "max_connections"],
    ...["max_connections_per_client", "stats_key", "stats_key_file"],
    ...["control_key", "control_key_file"],
  ]);
});

Deno.test("keys knows the flags without a value, lists, files and secrets", () => {
  const named = (test: (key: ReturnType<typeof keys>[number]) => unknown) =>
    keys().filter(test).map(({ name }) => name).sort();
  assert.deepEqual(named(({ isSwitch }) => isSwitch === true), [
    "control",
    "forwarded",
    "history",
    "socks4",
  ]);
  assert.deepEqual(named(({ isSwitch }) => isSwitch === "bare"), ["healthcheck", "hsts"]);
  assert.deepEqual(named(({ isSecret }) => isSecret), ["auth", "control_key", "stats_key"]);
  assert.deepEqual(named(({ isPath }) => isPath), [
    ...["alerts", "auth_file", "control_ca", "control_key_file", "data_dir", "stats_key_file"],
    ...["tls_cert", "tls_key", "token_file"],
  ]);
});
