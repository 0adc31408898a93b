import { strict as assert } from "node:assert";
import { describeConfig, readConfig } from "../../config/read.ts";
import type { Config } from "../../config/read.ts";
import { newToken } from "../../manager/auth/tokens.ts";
import { newStatsKey } from "../../proxy/stats/key.ts";

const nothing = () => undefined;

function config(text: string, env: Record<string, string> = {}): Config {
  const result = readConfig("a.toml", text, (name) => env[name]);
  assert.ok("value" in result, JSON.stringify(result));
  return result.value;
}

function problems(text: string, env: Record<string, string> = {}): string[] {
  const result = readConfig("a.toml", text, (name) => env[name]);
  return "problems" in result ? result.problems : [];
}

Deno.test("readConfig makes of each table what its flags would", () => {
  const read = config(`
    log_level = "debug"
    [manager]
    listen = "127.0.0.1:1"
    history = false
    public_host = ["a.example"]
    retention = []
    hsts = 60
    trusted_proxy = ["10.0.0.1"]
    [defaults]
    manager_addr = "127.0.0.1:1"
    drain_timeout = 2.5
    max_connections = 7
    [[proxy]]
    name = "web"
    mode = "http"
    listen = ":80"
    connect_ports = ["443", "8000-8999"]
    forwarded = true
    bandwidth = "10M"
    access = ["deny 10.1.0.0/16", "allow 10.0.0.0/8", "deny-target *:25"]
    auth = ["ann:secret", "bob:geheim"]
    [[proxy]]
    name = "db"
    mode = "tcp"
    target = ["a:1", "b:2=3"]
    healthcheck = true
    max_connections = 9
    workers = 2
  `.replace("    retention = []\n", ""));
  assert.deepEqual(read.log, { level: "debug", format: null });
  assert.equal(read.manager?.listen.port, 1);
  assert.equal(read.manager.history, null);
  assert.deepEqual(read.manager.publicHosts, ["a.example"]);
  assert.equal(read.manager.hsts, 60);
  assert.deepEqual([...read.proxies.keys()], ["web", "db"]);
  const [web, db] = read.proxies.values();
  assert.deepEqual([web.id, web.listen], ["web", { host: "0.0.0.0", port: 80 }]);
  assert.deepEqual(web.statsTo, { host: "127.0.0.1", port: 1001 });
  assert.deepEqual(web.http.connectPorts, [[443, 443], [8000, 8999]]);
  assert.equal(web.http.forwarded, true);
  assert.equal(web.limits.bandwidth, 10_000_000);
  assert.deepEqual(web.access.clients, ["--deny 10.1.0.0/16", "--allow 10.0.0.0/8"]);
  assert.deepEqual(web.auth.map(({ user }) => user), ["ann", "bob"]);
  assert.deepEqual([web.limits.maxConnections, db.limits.maxConnections], [7, 9]);
  assert.deepEqual([web.drainTimeout, db.drainTimeout, db.workers], [2.5, 2.5, 2]);
  assert.deepEqual(db.targets.map(({ host, weight }) => [host, weight]), [["a", 1], ["b", 3]]);
  assert.equal(db.healthcheck?.kind, "tcp");
  assert.equal(describeConfig(read), "a manager on 127.0.0.1:1 and 2 proxies");
});

Deno.test("readConfig takes a manager's alerts from the same file", () => {
  const { manager } = config(`
    [manager]
    [alerts]
    default_rules = false
    [[alerts.rule]]
    name = "busy"
    metric = "active_connections"
    threshold = 5
  `);
  assert.ok(manager?.alerts && typeof manager.alerts !== "string");
  assert.deepEqual(manager.alerts.rules.map(({ name, threshold }) => [name, threshold]), [
    ["busy", 5],
  ]);
  assert.deepEqual(manager.history?.dir, "default");
});

const KEY = newStatsKey();
const PROXY = "[[proxy]]\nname = 'edge'\nmode = 'http'\n";

const WRONG: [text: string, ...problems: string[]][] = [
  ["", "a.toml:1: expected [manager], [[proxy]] or both, found neither"],
  [
    "[manager",
    "a.toml:1: expected TOML, found an error at column 2: incomplete key-value: cannot find end of key",
  ],
  [
    "[[proxy]]\nmode = 'http'",
    "a.toml:1: proxy 1 name: expected a name of 1 to 128 characters from A-Za-z0-9._-, found nothing",
  ],
  [
    "[[proxy]]\nname = 'a/b'\nmode = 'http'",
    'a.toml:2: proxy 1 name: expected a name of 1 to 128 characters from A-Za-z0-9._-, found "a/b"',
  ],
  ["[[proxy]]\nname = 'edge'", 'a.toml:1: proxy "edge" mode: expected a mode, found nothing'],
  [
    "[[proxy]]\nname = 'edge'\nmode = 'ftp'",
    'a.toml:3: proxy "edge" mode: expected one of "tcp", "http", "socks5", found "ftp"',
  ],
  ["proxy = 5", "a.toml:1: proxy: expected a list, found 5"],
  [
    "[[proxy]]\nname = 'edge'\nmode = 'tcp'",
    'a.toml:3: proxy "edge" mode: mode tcp needs target host:port',
  ],
  [
    `${PROXY}listn = ':1'\nudp_timeout = 5\nlb = 'hash'\nmax_connections = 0\nworkers = true`,
    'a.toml:4: proxy "edge" listn: expected a known key, perhaps listen, found "listn"',
    'a.toml:5: proxy "edge" udp_timeout: udp_timeout is for mode socks5, not for mode http',
    'a.toml:6: proxy "edge" lb: lb is for mode tcp, not for mode http',
    'a.toml:7: proxy "edge" max_connections: expected a whole number from 1 to 1000000, found 0',
    'a.toml:8: proxy "edge" workers: expected a number or "auto", found true',
  ],
  [
    `${PROXY}auth = "hunter2"\nstats_key = "hunter2"\nauth_file = 5`,
    'a.toml:4: proxy "edge" auth: expected user:password, each of 1 to 255 bytes, found what is not shown',
    'a.toml:5: proxy "edge" stats_key: expected 32 random bytes in base64, as rustproxy --print-key makes them, found what is not shown',
    'a.toml:6: proxy "edge" auth_file: expected a string, found 5',
  ],
  [
    `${PROXY}access = ["allow 10.0.0.0/8", "permit ::1"]`,
    'a.toml:4: proxy "edge" access[1]: expected allow, deny, allow-target or deny-target with a value, as in "deny ::1", found "permit ::1"',
  ],
  [
    `${PROXY}access = ["allow nonsense"]`,
    'a.toml:4: proxy "edge" access: expected',
  ],
  [
    `${PROXY}tls_cert = "none.pem"\ntls_key = "none.key"`,
    'a.toml:4: proxy "edge" tls_cert: Cannot use tls_cert "none.pem": there is no such file',
  ],
  [
    `${PROXY}${PROXY}`,
    'a.toml:5: proxy "edge" name: expected a name that no other proxy has',
    'a.toml:4: proxy "edge": expected an address of its own, but proxy edge listens on 127.0.0.1:8080, found 127.0.0.1:8080',
  ],
  [
    `[manager]\nlisten = ":8080"\n${PROXY}`,
    'a.toml:3: proxy "edge": expected an address of its own, but the manager listens on 0.0.0.0:8080, found 127.0.0.1:8080',
  ],
  [
    `[defaults]\nmax_body_size = "5"\n${PROXY}[[proxy]]\nname = 's'\nmode = 'socks5'\n[[proxy]]\nname = 't'\nmode = 'socks5'\nlisten = ':2'`,
    "a.toml:2: defaults max_body_size: max_body_size is for mode http, not for mode socks5",
  ],
  [`[defaults]\nlisten = ":1"\n${PROXY}`, "a.toml:2: defaults listen: expected"],
  [
    `[manager]\nmode = "http"\nmax_proxies = 1.5`,
    "a.toml:2: manager mode: expected",
    "a.toml:3: manager max_proxies: expected a whole number from 1 to 1000000, found 1.5",
  ],
  [
    `[manager]\n[[alerts.rule]]\nname = "x"\n`,
    "a.toml:2: alerts.rule[0].metric: expected",
  ],
  [
    `${PROXY}stats_addr = "a:1"\nstats_key_file = "${KEY}"`,
    'a.toml:5: proxy "edge" stats_key_file: expected a file that holds the key',
  ],
  [
    `[manager]\ntoken_file = "${newToken()}"`,
    "a.toml:2: manager token_file: expected a file that holds the token",
  ],
  [`${PROXY}[alerts]`, "a.toml:4: alerts: expected [manager] beside it, which watches them"],
  [
    `[manager]\nalerts = "f"\n[alerts]`,
    'a.toml:2: manager alerts: Cannot use alerts "f": there is no such file',
    "a.toml:2: manager alerts: expected either a file of alerts here or [alerts]",
  ],
];

for (const [text, ...expected] of WRONG) {
  const name = JSON.stringify(text).replaceAll(/"[\w=+/-]{40,}\\?"/g, "(a secret)");
  Deno.test(`readConfig tells all that is wrong with ${name}`, () => {
    const found = problems(text);
    assert.equal(found.length, expected.length, found.join("\n"));
    const sorted = expected.toSorted((a, b) => line(a) - line(b));
    for (const [at, problem] of found.entries()) {
      // What a list of words or a parser says in full is not its matter.
      const open = sorted[at].endsWith(": expected");
      assert.ok(open ? problem.startsWith(sorted[at]) : problem === sorted[at], problem);
    }
  });
}

function line(problem: string): number {
  return Number(problem.split(":")[1]);
}

Deno.test("readConfig lets the environment go before the file, in every table that it is for", () => {
  const text = `
    [manager]
    max_connections = 1
    auth = ["a:b"]
    [defaults]
    idle_timeout = 2
    [[proxy]]
    name = "x"
    mode = "http"
    idle_timeout = 3
    auth = ["c:d"]
    access = ["deny *"]
    [[proxy]]
    name = "y"
    mode = "socks5"
  `;
  const read = config(text, {
    RUSTPROXY_MAX_CONNECTIONS: "20",
    RUSTPROXY_IDLE_TIMEOUT: "4",
    RUSTPROXY_MANAGER: "127.0.0.1:5",
    RUSTPROXY_AUTH: "boss:secret",
    RUSTPROXY_HISTORY: "false",
    RUSTPROXY_ACCESS: "allow ::1\n\n deny-target *:25 ",
    RUSTPROXY_ID: "",
  });
  assert.deepEqual(read.manager?.http, { connections: 20 });
  assert.deepEqual(read.manager.auth?.accounts.map(({ name }) => name), ["boss"]);
  assert.equal(read.manager.history, null);
  const [x, y] = read.proxies.values();
  assert.deepEqual([x.limits.idleTimeout, y.limits.idleTimeout], [4, 4]);
  assert.deepEqual([x.limits.maxConnections, y.limits.maxConnections], [20, 20]);
  assert.deepEqual([x.statsTo?.port, y.statsTo?.port], [1005, 1005]);
  assert.deepEqual([x.auth.map(({ user }) => user), y.auth], [["c"], []]);
  assert.deepEqual(x.access, { clients: ["--allow ::1"], targets: ["--deny-target *:25"] });
});

Deno.test("readConfig says which variable is behind what is wrong", () => {
  const text = "[[proxy]]\nname = 'x'\nmode = 'socks5'";
  assert.deepEqual(problems(text, { RUSTPROXY_MAX_BODY_SIZE: "5" }), [
    'a.toml:3: proxy "x" mode: max_body_size is for mode http, not for mode socks5 (RUSTPROXY_MAX_BODY_SIZE is set)',
  ]);
  assert.deepEqual(problems(text, { RUSTPROXY_FORWARDED: "1" }), [
    'a.toml:1: Cannot use RUSTPROXY_FORWARDED "1": expected true or false',
  ]);
  assert.deepEqual(problems(text, { RUSTPROXY_LISTEN: ":1" }), [
    "a.toml:1: expected no RUSTPROXY_LISTEN in the environment, for it cannot be for all tables",
  ]);
});

Deno.test("readConfig looks for files beside the configuration, and says what is wrong with each", async () => {
  const dir = await Deno.makeTempDir();
  try {
    await Deno.writeTextFile(`${dir}/users`, "ann:plain\n");
    await Deno.writeTextFile(`${dir}/key`, "nonsense");
    const text =
      `[defaults]\nmanager_addr = "127.0.0.1:1"\n[[proxy]]\nname = "x"\nmode = "http"\n` +
      `auth_file = "users"\nstats_key_file = "key"\ntls_cert = "c"\ntls_key = "k"`;
    const result = readConfig(`${dir}/a.toml`, text, nothing);
    assert.ok("problems" in result);
    const [users, key, cert, ...more] = result.problems;
    assert.deepEqual(more, []);
    assert.ok(users.startsWith(`${dir}/a.toml:6: proxy "x" auth_file: `), users);
    assert.ok(key.startsWith(`${dir}/a.toml:7: proxy "x" stats_key_file: `), key);
    assert.match(cert, /a\.toml:8: proxy "x" tls_cert: .*there is no such file$/);
    assert.doesNotMatch(result.problems.join(), /nonsense|ann:/);
  } finally {
    await Deno.remove(dir, { recursive: true });
  }
});
