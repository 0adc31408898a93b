import { strict as assert } from "node:assert";
import { parseCommandLine, UsageError } from "../../cli.ts";
import type { ManagerOptions } from "../../manager/options.ts";
import type { ProxyOptions } from "../../proxy/options.ts";

function run(line: string, env: Record<string, string>) {
  return parseCommandLine(line.split(" ").filter(Boolean), "1.2.3", (name) => env[name]);
}

function options(line: string, env: Record<string, string>): ProxyOptions {
  const { task } = run(line, env);
  assert.ok(task.kind === "proxy");
  return task.options;
}

function misuse(line: string, env: Record<string, string>): string {
  try {
    run(line, env);
  } catch (error) {
    assert.ok(error instanceof UsageError, String(error));
    return error.message;
  }
  assert.fail("no error");
}

Deno.test("The environment says what the command line does not", () => {
  const env = {
    RUSTPROXY_MODE: "tcp",
    RUSTPROXY_LISTEN: ":7",
    RUSTPROXY_TARGET: "a:1\nb:2",
    RUSTPROXY_HEALTHCHECK: "true",
    RUSTPROXY_MAX_CONNECTIONS: "5",
    RUSTPROXY_ACCESS: "deny 10.0.0.0/8\nallow *",
    RUSTPROXY_LOG_LEVEL: "debug",
    RUSTPROXY_ID: "",
  };
  const found = options("", { ...env, RUSTPROXY_TARGET: "a:1,b:2" });
  assert.deepEqual([found.mode, found.listen.port, found.limits.maxConnections], ["tcp", 7, 5]);
  assert.deepEqual(found.targets.map(({ host }) => host), ["a", "b"]);
  assert.equal(found.healthcheck?.kind, "tcp");
  assert.deepEqual(found.access.clients, ["--deny 10.0.0.0/8", "--allow *"]);
  assert.equal(run("", { ...env, RUSTPROXY_TARGET: "a:1" }).logLevel, "debug");
});

Deno.test("The command line goes before the environment", () => {
  const env = {
    RUSTPROXY_MODE: "tcp",
    RUSTPROXY_MAX_CONNECTIONS: "5",
    RUSTPROXY_ACCESS: "deny *",
    RUSTPROXY_LOG_LEVEL: "loud",
  };
  const found = options("--mode http --max-connections 9 --allow ::1 --log-level info", env);
  assert.deepEqual([found.mode, found.limits.maxConnections], ["http", 9]);
  assert.deepEqual(found.access.clients, ["--allow ::1"]);
});

Deno.test("The environment is read for a manager, with or without history", () => {
  const manager = (line: string, env: Record<string, string>): ManagerOptions => {
    const { task } = run(line, env);
    assert.ok(task.kind === "manager");
    return task.options;
  };
  const env = { RUSTPROXY_PUBLIC_HOST: "a.example\nb.example", RUSTPROXY_MODE: "http" };
  assert.deepEqual(manager("--manager", env).publicHosts, ["a.example", "b.example"]);
  assert.notEqual(manager("--manager", { RUSTPROXY_HISTORY: "true" }).history, null);
  assert.equal(manager("--manager", { RUSTPROXY_HISTORY: "false" }).history, null);
  assert.equal(manager("--manager --no-history", { RUSTPROXY_HISTORY: "true" }).history, null);
  // It is for the manager's accounts alone, or else a manager's password would open a proxy.
  assert.deepEqual(options("--mode http", { RUSTPROXY_AUTH: "a:b" }).auth, []);
});

const WRONG: [line: string, env: Record<string, string>, message: RegExp][] = [
  [
    "--mode http",
    { RUSTPROXY_MAX_CONNECTIONS: "no" },
    /"no": .*\(RUSTPROXY_MAX_CONNECTIONS is set\)$/,
  ],
  [
    "--mode http",
    { RUSTPROXY_FORWARDED: "1" },
    /^Cannot use RUSTPROXY_FORWARDED "1": expected true or false$/,
  ],
  ["--mode http", { RUSTPROXY_TARGET: "a:1" }, /not for --mode http \(RUSTPROXY_TARGET is set\)$/],
  [
    "--mode http",
    { RUSTPROXY_ACCESS: "permit a" },
    /^Cannot parse "--permit a": expected one of --allow/,
  ],
  [
    "--mode http",
    { RUSTPROXY_LOG_LEVEL: "loud" },
    /--log-level "loud".*\(RUSTPROXY_LOG_LEVEL is set\)$/,
  ],
  ["--config f --listen :1", {}, /^--listen goes with --manager or --mode, not with --config$/],
  ["--config f --manager", {}, /^Cannot combine --manager with --config: expected one of/],
  ["--config f --check --print-config", {}, /^Cannot combine --check with --print-config/],
  ["--config=", {}, /^Cannot use --config "": expected a file$/],
  ["--mode http --check", {}, /^--check goes with --config, not with --mode$/],
];

for (const [line, env, message] of WRONG) {
  Deno.test(`parseCommandLine refuses "${line}" with ${JSON.stringify(env)}`, () => {
    assert.match(misuse(line, env), message);
  });
}

Deno.test("parseCommandLine takes what is the program's own beside --config", () => {
  const { task } = run("--config f --log-level debug --check", { RUSTPROXY_LOG_FORMAT: "json" });
  const log = { level: "debug", format: "json" };
  assert.deepEqual(task, { kind: "config", file: "f", ask: "check", log });
  assert.deepEqual(run("--config f", {}).task, {
    ...{ kind: "config", file: "f", ask: null, log: { level: null, format: null } },
  });
});
