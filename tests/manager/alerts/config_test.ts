import { strict as assert } from "node:assert";
import { alertSchema, DEFAULT_CONFIG, openAlertFile } from "../../../manager/alerts/config.ts";
import { DEFAULT_RULES, type Rule } from "../../../manager/alerts/rule.ts";
import { SECRET_KEYS, type SecretSources } from "../../../manager/alerts/webhook_schema.ts";
import { FileError } from "../../../proxy/reloaded.ts";
import { readToml } from "../../../proxy/toml/read.ts";
import { TempFile } from "../../support/htpasswd.ts";

const SOURCES: SecretSources = {
  env: (name) => name === "RUSTPROXY_HOOK_SECRET" ? "from the environment" : undefined,
  readFile: (path) => {
    if (path === "secret.txt") return "from the file\n";
    throw new Error("there is no such file");
  },
};

function read(text: string) {
  return readToml(text, { file: "a.toml", schema: alertSchema(SOURCES), secrets: SECRET_KEYS });
}

/** The rule of this name, of a file that is right. */
function ruleOf(text: string, name: string): Rule {
  const result = read(text);
  assert.ok("value" in result, "problems" in result ? result.problems.join("\n") : "");
  return result.value.rules.find((rule) => rule.name === name)!;
}

const RULE = "[[rule]]\nname = 'busy'\nmetric = 'bandwidth'\n";
const HOOK = "[[webhook]]\nname = 'hook'\nurl = 'https://example.com/hunter2'\n";

Deno.test("alertSchema takes a rule with all that it may say", () => {
  const rule = ruleOf(
    RULE + "threshold = '100Mbit'\nclear = '10M'\nfor = '5m'\nkeep = 90\nseverity = 'critical'\n" +
      "proxies = ['edge-*']\nsilence = ['sat', '02:00-04:00']\nscope = 'fleet'\ndescription = 'd'",
    "busy",
  );
  const { silence, ...rest } = rule;
  assert.deepEqual(rest, {
    ...{ name: "busy", metric: "bandwidth", severity: "critical", scope: "fleet" },
    ...{ threshold: 12_500_000, clear: 10_000_000, forMs: 300_000, keepMs: 90_000 },
    ...{ windowMs: 300_000, atLeast: 20, proxies: ["edge-*"], enabled: true, description: "d" },
  });
  assert.equal(silence.length, 8);
  assert.equal(ruleOf(RULE + "threshold = 1\nsilenced = true", "busy").silence, "always");
});

Deno.test("alertSchema changes a default rule by its name, and leaves the rest of it", () => {
  const before = DEFAULT_RULES.find(({ name }) => name === "error_rate")!;
  assert.deepEqual(ruleOf("[[rule]]\nname = 'error_rate'\nfor = '1m'", "error_rate"), {
    ...before,
    forMs: 60_000,
  });
  // What is over moves with the threshold.
  const { threshold, clear } = ruleOf("[[rule]]\nname = 'error_rate'\nthreshold = 5", "error_rate");
  assert.deepEqual([threshold, clear], [5, 5]);
  const off = read("[[rule]]\nname = 'proxy_offline'\nenabled = false");
  assert.ok("value" in off);
  assert.equal(off.value.rules.length, DEFAULT_RULES.length);
  assert.equal(off.value.rules.find(({ name }) => name === "proxy_offline")!.enabled, false);
});

Deno.test("alertSchema has the default rules unless it is told otherwise", () => {
  assert.deepEqual(read(""), { value: DEFAULT_CONFIG });
  assert.deepEqual(read("default_rules = false"), { value: { ...DEFAULT_CONFIG, rules: [] } });
  const names = DEFAULT_RULES.map(({ name }) => name);
  assert.equal(new Set(names).size, names.length);
  for (const { threshold, clear } of DEFAULT_RULES) assert.ok(clear <= threshold);
});

Deno.test("alertSchema finds a webhook's secret where it is said to be", () => {
  const table: [line: string, secret: string | null][] = [
    ["", null],
    ["secret = 'in the file itself'", "in the file itself"],
    ["secret_env = 'RUSTPROXY_HOOK_SECRET'", "from the environment"],
    ["secret_file = 'secret.txt'", "from the file"],
  ];
  for (const [line, secret] of table) {
    const result = read(HOOK + line);
    assert.ok("value" in result);
    assert.deepEqual(result.value.webhooks, [{
      ...{ name: "hook", url: "https://example.com/hunter2", secret, format: "json" },
      severities: ["warning", "critical"],
    }]);
  }
});

Deno.test("alertSchema refuses what makes no sense, with the line, and repeats no secret", () => {
  const table: [text: string, ...problems: string[]][] = [
    [
      RULE,
      "1: rule[0].threshold: expected a number, since nobody else knows what is too much, found nothing",
    ],
    ["[[rule]]\nname = 'x'", "1: rule[0].metric: expected one of offline, silence, "],
    ["[[rule]]\nmetric = 'offline'", "1: rule[0].name: expected a name of 1 to 64 characters"],
    [
      RULE + "threshold = 1\nclear = 2",
      "5: rule[0].clear: expected at most the threshold, found 2",
    ],
    [
      "[[rule]]\nname = 'error_rate'\nclear = 50",
      "3: rule[0].clear: expected at most the threshold, found 50",
    ],
    [
      RULE + "threshold = 'much'",
      '4: rule[0].threshold: expected a number, or a rate such as "100Mbit"',
    ],
    [RULE + "threshold = -1", "4: rule[0].threshold: expected a number, or a rate"],
    [
      RULE + "threshold = 1\nwindow = '1m'",
      "5: rule[0].window: expected no window with the metric bandwidth",
    ],
    [
      RULE + "threshold = 1\nfor = '1y'",
      '5: rule[0].for: expected a time such as "90s", "5m" or "2h", from 0 s',
    ],
    [RULE + "threshold = 1\nfor = true", '5: rule[0].for: expected a time such as "90s"'],
    [
      RULE + "threshold = 1\nsilence = ['nights']",
      "5: rule[0].silence[0]: expected days, times or both",
    ],
    [
      RULE + "threshold = 1\nsilence = ['sat']\nsilenced = true",
      "6: rule[0].silenced: expected either silenced or silence",
    ],
    [
      "[[rule]]\nname = 'o'\nmetric = 'offline'\nthreshold = 1\nscope = 'fleet'",
      "4: rule[0].threshold: expected no threshold",
      "5: rule[0].scope: expected no scope",
    ],
    [
      RULE + "threshold = 1\n" + RULE + "threshold = 2",
      "6: rule[1].name: expected a name that no other one has",
    ],
    [
      "time_zone = 'Mars'",
      '1: time_zone: expected a time zone such as "Europe/Berlin", found "Mars"',
    ],
    [
      HOOK.replace("https:", "ftp:"),
      "3: webhook[0].url: expected an http or https URL with no user name in it, found a string that is not shown",
    ],
    [
      HOOK.replace("//", "//ann:hunter2@"),
      "3: webhook[0].url: expected an http or https URL with no user name",
    ],
    [
      HOOK + "secret = 'hunter2'",
      "4: webhook[0].secret: expected a secret of 8 to 4096 characters, found a string that is not shown",
    ],
    [
      HOOK + "secret_file = 'none'",
      "4: webhook[0].secret_file: expected a file that can be read (there is no such file)",
    ],
    [
      HOOK + "secret_env = 'HOME'",
      "4: webhook[0].secret_env: expected a variable whose name begins with RUSTPROXY_",
    ],
    [
      HOOK + "secret_env = 'RUSTPROXY_NONE'",
      "4: webhook[0].secret_env: expected a variable that is set",
    ],
    [
      HOOK + "secret = 'long enough'\nsecret_file = 'secret.txt'",
      "5: webhook[0].secret_file: expected one of secret, secret_file and secret_env",
    ],
    [
      HOOK + "severities = []\nformat = 'xml'",
      "4: webhook[0].severities: expected at least 1 entry",
      '5: webhook[0].format: expected one of "json", "slack"',
    ],
    [
      "[[webhok]]\nname = 'x'\n[[rule]]\nnam = 'y'",
      "1: webhok: expected a known key, perhaps webhook",
      "3: rule[0].name: ",
      "4: rule[0].nam: expected a known key, perhaps name",
    ],
  ];
  for (const [text, ...expected] of table) {
    const result = read(text);
    assert.ok("problems" in result, text);
    const { problems } = result;
    assert.equal(problems.length, expected.length, problems.join("\n"));
    for (const [at, line] of expected.entries()) {
      assert.ok(problems[at].startsWith(`a.toml:${line}`), problems[at]);
      assert.ok(!problems[at].includes("hunter2"), problems[at]);
    }
  }
});

Deno.test("openAlertFile follows its file, and keeps its rules while that is wrong", async () => {
  await using file = new TempFile(RULE + "threshold = 1", "alerts.toml");
  const opened = openAlertFile(file.path);
  const settle = async () => {
    await opened.check();
    await opened.check();
  };
  const threshold = () => opened.value.rules.find(({ name }) => name === "busy")!.threshold;
  assert.equal(threshold(), 1);
  file.replace(RULE + "threshold = 2");
  await settle();
  assert.equal(threshold(), 2);
  file.replace(RULE + "threshold = 'x'");
  await settle();
  assert.deepEqual([threshold(), opened.version], [2, 1]);
  assert.throws(() => openAlertFile(file.path), (error) => {
    assert.ok(error instanceof FileError);
    const [first, ...lines] = error.message.split("\n");
    assert.equal(first, `Cannot use --alerts ${JSON.stringify(file.path)}: this is wrong with it:`);
    assert.equal(lines.length, 1);
    assert.ok(lines[0].startsWith(`${file.path}:4: rule[0].threshold: `));
    return true;
  });
});

Deno.test("openAlertFile reads a secret beside the file that names it", async () => {
  await using file = new TempFile(HOOK + "secret_file = 'hook.secret'", "alerts.toml");
  Deno.writeTextFileSync(file.path.replace("alerts.toml", "hook.secret"), "a secret of the file\n");
  assert.equal(openAlertFile(file.path).value.webhooks[0].secret, "a secret of the file");
});
