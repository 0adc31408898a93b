import { strict as assert } from "node:assert";
import { parseCommandLine, UsageError } from "../cli.ts";
import { parseStatsKey } from "../proxy/stats/key.ts";
import { keyOf, KEYS, statsKey } from "./support/sealed.ts";

const [A, B] = KEYS;
const PROXY = ["--mode", "http", "--manager-addr", "m:1"];

function parse(args: string[], key?: string) {
  return parseCommandLine(
    args,
    "1.2.3",
    (name) => name === "RUSTPROXY_STATS_KEY" ? key : undefined,
  );
}

function misuse(args: string[], key?: string): string {
  try {
    parse(args, key);
  } catch (error) {
    assert.ok(error instanceof UsageError, String(error));
    return error.message;
  }
  assert.fail(`no error: ${args.join(" ")}`);
}

Deno.test("parseCommandLine prints a new key, alone", () => {
  const { task } = parse(["--print-key"]);
  assert.ok(task.kind === "print" && typeof task.text === "string");
  assert.ok(parseStatsKey(task.text));
  const alone = "--print-key starts nothing: expected it alone, with no other flag";
  for (const more of [["--manager"], ["--stats-key", A], ["--log-level", "debug"]]) {
    assert.equal(misuse(["--print-key", ...more]), alone);
  }
  const help = parse(["--help", "--print-key"]).task;
  assert.ok(help.kind === "print" && typeof help.text === "string");
  assert.match(help.text, /^Usage: /);
});

Deno.test("parseCommandLine takes keys of both sides by flag, file and environment", () => {
  const { task: proxy } = parse([...PROXY, "--stats-key", A], B);
  assert.ok(proxy.kind === "proxy");
  assert.deepEqual(proxy.options.statsKey, keyOf(A));
  const { task: byEnv } = parse(PROXY, B);
  assert.ok(byEnv.kind === "proxy");
  assert.deepEqual(byEnv.options.statsKey, keyOf(B));
  const { task: manager } = parse(["--manager", "--stats-key", A, `--stats-key=${B}`]);
  assert.ok(manager.kind === "manager");
  assert.deepEqual(manager.options.statsKeys, [statsKey(A), statsKey(B)]);
  const { task: byFile } = parse(["--manager", "--stats-key-file", "keys"], A);
  assert.ok(byFile.kind === "manager");
  assert.deepEqual([byFile.options.statsKeys, byFile.options.statsKeyFile], [[], "keys"]);
});

Deno.test("parseCommandLine starts the demo in clear, whatever the environment holds", () => {
  assert.deepEqual(parse(["--demo"], "nonsense").task, { kind: "demo" });
});

const both = /^Cannot use both --stats-key and --stats-key-file: expected one of them$/;
const bad = /^Cannot use --stats-key: expected 32 random bytes in base64, as rustproxy --print-key/;
const misuses: [args: string[], message: RegExp, key?: string][] = [
  [["--manager", "--stats-key", A, "--stats-key-file", "f"], both],
  [[...PROXY, "--stats-key", A, "--stats-key-file", "f"], both],
  [["--manager", "--stats-key", "hunter2"], bad],
  [["--manager", "--stats-key", A, "--stats-key", "hunter2"], bad],
  [[...PROXY, "--stats-key", "hunter2"], bad],
  [["--manager"], /^Cannot use RUSTPROXY_STATS_KEY: expected 32 random bytes/, "hunter2"],
  [PROXY, /^Cannot use RUSTPROXY_STATS_KEY: expected 32 random bytes/, "hunter2"],
  [["--mode", "http", "--stats-key", A], /^--stats-key needs --manager-addr or --stats-addr$/],
  [["--demo", "--stats-key", A], /^--stats-key goes with --manager or --mode, not with --demo$/],
  [["--demo", "--stats-key-file", "f"], /^--stats-key-file goes with --manager or --mode, not/],
  [["--manager", "--stats-key"], /^--stats-key <key> needs a value, but nothing follows$/],
  [["--manager", "--stats-key-file", A], /^Cannot use --stats-key-file: expected a file that/],
];
for (const [args, message, key] of misuses) {
  const line = args.join(" ").replaceAll(A, "KEY");
  Deno.test(`parseCommandLine refuses "${line}"${key ? " with a bad key in the environment" : ""}`, () => {
    const said = misuse(args, key);
    assert.match(said, message);
    for (const secret of [A, "hunter2"]) assert.ok(!said.includes(secret), said);
  });
}
