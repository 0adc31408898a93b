import { strict as assert } from "node:assert";
import { type Invocation, parseCommandLine, UsageError } from "../cli.ts";
import type { ManagerOptions } from "../manager/options.ts";
import type { ProxyOptions } from "../proxy/options.ts";

/** An environment that holds the manager's address, or nothing. */
const managerFrom = (value?: string) => (name: string) =>
  name === "RUSTPROXY_MANAGER" ? value : undefined;

/** The invocation of a command line as a shell would split it; no argument here holds a space. */
function run(line: string, env?: string): Invocation {
  return parseCommandLine(line.split(" ").filter(Boolean), "1.2.3", managerFrom(env));
}

function proxy(line: string, env?: string): ProxyOptions {
  const { task } = run(line, env);
  assert.ok(task.kind === "proxy");
  return task.options;
}

function manager(line: string, env?: string): ManagerOptions {
  const { task } = run(line, env);
  assert.ok(task.kind === "manager");
  return task.options;
}

/** The message of the UsageError that the arguments lead to: one line, fit for a terminal. */
function misuse(args: string[], env?: string): string {
  try {
    parseCommandLine(args, "1.2.3", managerFrom(env));
  } catch (error) {
    assert.ok(error instanceof UsageError, String(error));
    assert.match(error.message, /^[^\p{Cc}\u2028\u2029]{10,400}$/u);
    return error.message;
  }
  assert.fail(`no error: ${args.join(" ")}`);
}

Deno.test("parseCommandLine starts a manager where it was told, or on 127.0.0.1:13337", () => {
  const places = ({ listen, statsListen, publicHosts, http }: ReturnType<typeof manager>) => {
    return { listen, statsListen, publicHosts, http };
  };
  assert.deepEqual(places(manager("--manager")), {
    listen: { host: "127.0.0.1", port: 13337 },
    statsListen: { host: "127.0.0.1", port: 14337 },
    publicHosts: [],
    http: {},
  });
  const options = manager(
    "--manager --listen [::1]:80 --stats-listen :9 --public-host A.example --public-host b " +
      "--max-connections 9 --max-connections-per-client 2",
  );
  assert.deepEqual(places(options), {
    listen: { host: "::1", port: 80 },
    statsListen: { host: "0.0.0.0", port: 9 },
    publicHosts: ["a.example", "b"],
    http: { connections: 9, connectionsPerClient: 2 },
  });
  assert.deepEqual(manager("--manager --listen :65000 --stats-listen :1").statsListen.port, 1);
  assert.deepEqual(manager("--manager --listen :0").statsListen, { host: "0.0.0.0", port: 0 });
});

Deno.test("parseCommandLine starts each line of the contract", () => {
  const tcp = proxy(
    "--listen 127.0.0.1:8001 --target example.com:80 --mode tcp --manager-addr 127.0.0.1:13337",
  );
  assert.deepEqual([tcp.mode, tcp.listen.port, tcp.targets, tcp.statsTo], [
    "tcp",
    8001,
    [{ host: "example.com", port: 80, weight: 1 }],
    { host: "127.0.0.1", port: 14337 },
  ]);
  assert.deepEqual(proxy("--listen :8080 --mode http").listen, { host: "0.0.0.0", port: 8080 });
  assert.deepEqual(proxy("--listen 127.0.0.1:1080 --mode socks5 --socks5-auth user:pa:ss").auth, [
    { user: "user", password: "pa:ss" },
  ]);
  const several = proxy("--mode http --auth a:1 --socks5-auth=b:2 --auth c:3 --auth-file f");
  assert.deepEqual(several.auth.map(({ user }) => user), ["a", "c", "b"]);
  assert.equal(several.authFile, "f");
  const balanced = proxy("--mode tcp --target a:1,b:2=3 --lb leastconn --healthcheck --fall 1");
  assert.equal(balanced.targets[1].weight, 3);
  assert.equal(balanced.lb, "leastconn");
  assert.deepEqual([balanced.healthcheck?.kind, balanced.healthcheck?.fall], ["tcp", 1]);
  assert.equal(proxy("--mode tcp --target a:1 --healthcheck http").healthcheck?.kind, "http");
  assert.deepEqual(proxy("--mode=http --listen=[::1]:0").listen, { host: "::1", port: 0 });
  assert.deepEqual(run("--demo").task, { kind: "demo" });
});

Deno.test("parseCommandLine takes every limit in every mode", () => {
  const line = "--max-connections 1 --max-connections-per-client 2 --accept-rate 3 " +
    "--idle-timeout 4 --bandwidth 5k --bandwidth-per-connection 48kbit --backlog 7";
  for (const mode of ["--mode http", "--mode socks5", "--mode tcp --target a:1"]) {
    assert.deepEqual(proxy(`${mode} ${line}`).limits, {
      maxConnections: 1,
      maxConnectionsPerClient: 2,
      acceptRate: 3,
      idleTimeout: 4,
      bandwidth: 5000,
      bandwidthPerConnection: 6000,
      backlog: 7,
    });
  }
});

Deno.test("parseCommandLine keeps the order of the access flags", () => {
  const line = "--deny 10.0.0.7 --allow-target=*.a:443 --allow 10.0.0.0/8,::1 --deny-target *";
  const access = {
    clients: ["--deny 10.0.0.7", "--allow 10.0.0.0/8", "--allow ::1"],
    targets: ["--allow-target *.a:443", "--deny-target *"],
  };
  assert.deepEqual(proxy(`--mode http ${line}`).access, access);
  assert.deepEqual(proxy("--mode http").access, { clients: [], targets: [] });
  assert.deepEqual(proxy("--deny ::1 --mode http --deny ::2").access.clients, [
    "--deny ::1",
    "--deny ::2",
  ]);
});

Deno.test("parseCommandLine takes --check-access with a proxy's flags for a question about it", () => {
  const { task } = run("--check-access ::ffff:10.0.0.7 a.test:443 --mode http --deny 10.0.0.7");
  assert.ok(task.kind === "check");
  assert.deepEqual([task.client, task.target], ["10.0.0.7", { host: "a.test", port: 443 }]);
  assert.deepEqual(task.options, proxy("--mode http --deny 10.0.0.7"));
});

Deno.test("parseCommandLine takes the rules of http", () => {
  const line = "--connect-ports 443,1-9 --forwarded --max-header-size 8k --max-body-size 1M";
  assert.deepEqual(proxy(`--mode http ${line}`).http, {
    connectPorts: [[443, 443], [1, 9]],
    forwarded: true,
    maxHeaderSize: 8192,
    maxBodySize: 1_048_576,
  });
});

Deno.test("parseCommandLine takes --auth and --socks5-auth for the same", () => {
  assert.deepEqual(proxy("--mode http --socks5-auth a:b"), proxy("--mode http --auth a:b"));
  const twice = ["--mode", "http", "--auth", "a:b", "--socks5-auth", "a:c"];
  assert.match(misuse(twice), /^Cannot use --auth twice for one user/);
});

Deno.test("parseCommandLine takes the manager's address from RUSTPROXY_MANAGER, unless the flag is there", () => {
  assert.deepEqual(proxy("--mode http", "h:1").statsTo, { host: "h", port: 1001 });
  assert.deepEqual(proxy("--mode http --manager-addr f:2", "h:1").statsTo?.host, "f");
  assert.deepEqual(proxy("--mode http --manager-addr f:2", "nonsense").statsTo?.host, "f");
  assert.equal(proxy("--mode http", "").statsTo, null);
  assert.equal(proxy("--mode http", undefined).statsTo, null);
  assert.match(misuse(["--mode", "http"], "nonsense"), /RUSTPROXY_MANAGER.*"nonsense".*host:port/);
  assert.match(misuse(["--mode", "http"], " "), /RUSTPROXY_MANAGER/);
  assert.match(misuse(["--mode", "http"], "h:65000"), /RUSTPROXY_MANAGER.*64535/);
});

Deno.test("parseCommandLine does not look at RUSTPROXY_MANAGER for --manager, --demo and --help", () => {
  for (const line of ["--manager", "--demo", "--help", "--version"]) {
    assert.deepEqual(run(line, "nonsense"), run(line));
  }
});

Deno.test("parseCommandLine lets the last of a repeated flag win", () => {
  assert.equal(proxy("--mode tcp --listen :1 --mode http --listen :2").listen.port, 2);
  assert.equal(proxy("--mode tcp --mode http").mode, "http");
});

Deno.test("parseCommandLine accepts the original's flags without effect, and says so in a line each", () => {
  const { task, warnings } = run("--mode http --cache-size 100 --traffic-log --buffer-size=4096");
  assert.deepEqual(task, run("--mode http").task);
  assert.deepEqual(
    warnings.toSorted(),
    ["--buffer-size", "--cache-size", "--traffic-log"].map((flag) =>
      `${flag} has no effect in this program`
    ),
  );
  assert.equal(run("--manager --traffic-log x").warnings.length, 1);
  assert.deepEqual(run("--mode http").warnings, []);
});

Deno.test("parseCommandLine sets level and format of the log", () => {
  const log = (line: string) => {
    const { logLevel, logFormat } = run(line);
    return [logLevel, logFormat];
  };
  assert.deepEqual(log("--mode http"), ["info", null]);
  assert.deepEqual(log("--manager --log-level debug --log-format json"), ["debug", "json"]);
  assert.deepEqual(log("--demo --log-level warn --log-format text"), ["warning", "text"]);
  assert.deepEqual(log("--demo --log-level error"), ["error", null]);
});

Deno.test("parseCommandLine prints help and version, whatever else stands there", () => {
  for (const line of ["--help", "-h", "--mode http -h", "--help --bogus"]) {
    const { task } = run(line);
    assert.ok(task.kind === "print" && typeof task.text === "string");
    assert.match(task.text, /^Usage: rustproxy/);
    for (
      const flag of [
        "--manager ",
        "--mode ",
        "--demo ",
        "--listen ",
        "--target ",
        "--auth ",
        "--manager-addr ",
      ]
    ) {
      assert.ok(task.text.includes(flag), flag);
    }
    assert.match(task.text, /RUSTPROXY_MANAGER/);
    assert.ok(task.text.split("\n").every((line) => line.length < 120));
  }
  for (const line of ["--version", "-V"]) {
    assert.deepEqual(run(line).task, { kind: "print", text: "rustproxy 1.2.3" });
  }
});

const misuses: [line: string, message: RegExp][] = [
  ["", /^Nothing to start: expected one of .*, --config, --ctl or --demo/],
  ["--listen :8080", /^Nothing to start/],
  ["--manager --mode http", /^Cannot combine --manager with --mode: expected one of/],
  ["--manager --demo", /^Cannot combine --manager with --demo/],
  ["--demo --mode tcp", /^Cannot combine --mode with --demo/],
  ["--bogus", /^Unknown option '--bogus'/],
  ["--mode http --taget a:1", /^Unknown option '--taget' \(Did you mean --target\?\)$/],
  ["--mod http", /^Unknown option '--mod'/],
  ["-x", /^Unknown option '-x'/],
  ["--manager=1", /^Unknown option '--manager=1'/],
  ["--manager yes", /^Unexpected argument "yes": expected flags only$/],
  ["--mode http :8080", /^Unexpected argument ":8080"/],
  ["-- --mode http", /^Unexpected argument/],
  ["--mode", /^--mode <mode> needs a value, but nothing follows$/],
  ["--mode --listen :1", /^--mode <mode> needs a value, but "--listen" follows$/],
  ["--mode http --auth --listen :1", /^--auth <user:password> needs a value/],
  ["--manager --public-host", /^--public-host <name> needs a value/],
  ["--mode http --listen=", /^Cannot parse --listen ""/],
  ["--mode ftp", /^Cannot use --mode "ftp": expected tcp, http, socks5$/],
  ["--mode tcp", /^--mode tcp needs --target host:port$/],
  ["--mode http --target a:1", /^--target a:1 is for --mode tcp/],
  ["--mode http --log-level loud", /^Cannot use --log-level "loud": expected debug, info, warning/],
  ["--manager --log-format xml", /^Cannot use --log-format "xml": expected text or json$/],
  ["--manager --listen :65000", /^Cannot use --listen 0.0.0.0:65000: expected a port up to 64535/],
  ["--manager --listen x", /^Cannot parse --listen "x": expected host:port or :port$/],
  ["--manager --stats-listen x", /^Cannot parse --stats-listen "x"/],
  ["--manager --public-host a/b", /^Cannot parse --public-host "a\/b": expected a host name$/],
  ["--manager --target a:1", /^--target goes with --mode, not with --manager$/],
  ["--manager --manager-addr a:1", /^--manager-addr goes with --mode or --ctl, not with --man/],
  ["--demo --auth a:b", /^--auth goes with --manager or --mode, not with --demo$/],
  ["--manager --accept-rate 1", /^--accept-rate goes with --mode, not with --manager$/],
  ["--demo --bandwidth 1M", /^--bandwidth goes with --mode, not with --demo$/],
  ["--manager --dns 192.0.2.1", /^--dns goes with --mode, not with --manager$/],
  ["--demo --dns-cache-size 1", /^--dns-cache-size goes with --mode, not with --demo$/],
  ["--mode http --dns dns.example", /^Cannot parse --dns "dns.example": expected an IP address/],
  ["--mode http --dns-timeout 1", /^--dns-timeout needs --dns$/],
  ["--mode http --backlog", /^--backlog <n> needs a value, but nothing follows$/],
  ["--mode http --accept-rate many", /^Cannot parse --accept-rate "many": expected a whole number/],
  ["--manager --deny ::1", /^--deny goes with --mode, not with --manager$/],
  ["--demo --allow-target a", /^--allow-target goes with --mode, not with --demo$/],
  ["--mode http --allow", /^--allow <networks> needs a value, but nothing follows$/],
  ["--mode http --allow a", /^Cannot parse --allow "a": expected an address, address\/bits,/],
  ["--mode tcp --target a:1 --allow-target b", /^--allow-target is for --mode http and --mode/],
  ["--check-access ::1 a:1", /^--check-access goes with --mode and the other flags/],
  ["--manager --check-access ::1 a:1", /^--check-access goes with --mode, not with --manager$/],
  ["--mode http --check-access", /^--check-access <client target...> needs a value/],
  ["--mode http --check-access ::1", /^Cannot use --check-access so: expected an IP address and/],
  ["--mode http --check-access ::1 a:1 b", /^Cannot use --check-access so/],
  ["--mode http --check-access a a:1", /^Cannot use --check-access so/],
  ["--mode http --check-access ::1 a", /^Cannot parse the target "a" of --check-access: expected/],
  ["--mode http --connect-ports", /^--connect-ports <ports> needs a value, but nothing follows$/],
  ["--mode socks5 --forwarded", /^--forwarded is for --mode http, not for --mode socks5$/],
  ["--manager --max-body-size 1", /^--max-body-size goes with --mode, not with --manager$/],
  ["--mode http --stats-listen :1", /^--stats-listen goes with --manager, not with --mode$/],
  ["--mode http --public-host a", /^--public-host goes with --manager, not with --mode$/],
  ["--demo --listen :1", /^--listen goes with --manager or --mode, not with --demo$/],
  ["--mode http --http-interface :1", /^--http-interface is not supported: .*--manager --listen/],
  ["--http-interface=:1", /^--http-interface is not supported/],
  ["--mode ss", /^Shadowsocks and VMess are not supported, and nothing takes their place/],
  ["--mode=vmess", /^Shadowsocks and VMess are not supported/],
  ["--mode http --ss-password x", /^Shadowsocks and VMess are not supported/],
  ["--vmess-id=x", /^Shadowsocks and VMess are not supported/],
];
for (const [line, message] of misuses) {
  Deno.test(`parseCommandLine refuses "${line}" in one line`, () => {
    assert.match(misuse(line.split(" ").filter(Boolean)), message);
  });
}

Deno.test("parseCommandLine says every error in one line, though an argument has more", () => {
  for (const odd of ["--a\nb", "a\r\nb", "--mode=\n", "--mode=\x1b[31m", "x\u2028y\u009b"]) {
    misuse([odd]);
    misuse(["--mode", "http", "--listen", odd]);
    misuse(["--mode", "http", `--target=${odd}`]);
    misuse(["--manager", `--log-level=${odd}`]);
    misuse(["--manager", `--public-host=${odd}`]);
  }
  assert.equal(new UsageError("a\nb").message, "a\\u000ab");
});

Deno.test("parseCommandLine bounds the public hosts, and repeats no secret", () => {
  const hosts = Array.from({ length: 65 }, (_, i) => `--public-host=h${i}`);
  assert.match(misuse(["--manager", ...hosts]), /^Cannot use --public-host more than 64 times$/);
  assert.doesNotMatch(misuse(["--mode", "http", "--auth", "hunter2"]), /hunter2/);
  assert.doesNotMatch(misuse(["--mode", "http", "--auth=u:hunter2", "--auth="]), /hunter2/);
});
