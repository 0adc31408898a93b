import { strict as assert } from "node:assert";
import { type ProxyOptions, proxyOptionsSchema, statsAddressOf } from "../../proxy/options.ts";

const DEFAULTS: ProxyOptions = {
  mode: "http",
  listen: { host: "127.0.0.1", port: 8080 },
  targets: [],
  lb: "roundrobin",
  retries: 3,
  healthcheck: null,
  proxyProtocol: null,
  ...{ socks4: false, udpTimeout: 60 },
  auth: [],
  authFile: null,
  tls: null,
  acceptProxy: [],
  access: { clients: [], targets: [] },
  statsTo: null,
  statsKey: null,
  statsKeyFile: null,
  control: null,
  reportInterval: 5,
  reportBandwidth: 1_000_000,
  id: null,
  labels: {},
  connectTimeout: 10,
  dns: null,
  drainTimeout: 10,
  workers: 1,
  limits: {
    maxConnections: 8000,
    maxConnectionsPerClient: null,
    acceptRate: null,
    idleTimeout: 0,
    bandwidth: null,
    bandwidthPerConnection: null,
    backlog: 511,
  },
  http: { maxHeaderSize: 65_536, maxBodySize: null, connectPorts: null, forwarded: false },
};

type Flags = Record<string, string | true>;
const TCP: Flags = { mode: "tcp", target: "a:1" };
const TCP_DEFAULTS: Partial<ProxyOptions> = {
  mode: "tcp",
  listen: { host: "127.0.0.1", port: 8000 },
  targets: [{ host: "a", port: 1, weight: 1 }],
};

const accepted: [title: string, flags: Flags, change: Partial<ProxyOptions>][] = [
  ["http alone", { mode: "http" }, {}],
  ["socks5 alone", { mode: "socks5" }, {
    mode: "socks5",
    listen: { host: "127.0.0.1", port: 1080 },
  }],
  ["tcp with a target", { mode: "tcp", target: "example.com:80" }, {
    mode: "tcp",
    listen: { host: "127.0.0.1", port: 8000 },
    targets: [{ host: "example.com", port: 80, weight: 1 }],
  }],
  ["several targets with weights", {
    ...TCP,
    target: "a:1,b:2=3,[::1]:5=256",
    lb: "hash",
    retries: "0",
    proxyProtocol: "v2",
  }, {
    ...TCP_DEFAULTS,
    targets: [
      { host: "a", port: 1, weight: 1 },
      { host: "b", port: 2, weight: 3 },
      { host: "::1", port: 5, weight: 256 },
    ],
    lb: "hash",
    retries: 0,
    proxyProtocol: "v2",
  }],
  ["a bare health check", { ...TCP, healthcheck: true }, {
    ...TCP_DEFAULTS,
    healthcheck: { kind: "tcp", interval: 5, timeout: 2, path: "/", rise: 2, fall: 3 },
  }],
  ["a health check with everything", {
    ...TCP,
    healthcheck: "http",
    healthcheckInterval: "0.5",
    healthcheckTimeout: "1",
    healthcheckPath: "/health?a=b",
    rise: "1",
    fall: "100",
  }, {
    ...TCP_DEFAULTS,
    healthcheck: {
      kind: "http",
      interval: 0.5,
      timeout: 1,
      path: "/health?a=b",
      rise: 1,
      fall: 100,
    },
  }],
  ["networks to trust", { mode: "http", acceptProxy: "10.0.0.0/8,::1" }, {
    acceptProxy: ["10.0.0.0/8", "::1"],
  }],
  ["tcp to IPv6", { mode: "tcp", target: "[::1]:80", listen: "[::1]:8001" }, {
    mode: "tcp",
    listen: { host: "::1", port: 8001 },
    targets: [{ host: "::1", port: 80, weight: 1 }],
  }],
  [":8080", { mode: "http", listen: ":8080" }, { listen: { host: "0.0.0.0", port: 8080 } }],
  ["port 0 to listen on", { mode: "http", listen: "[::]:0" }, { listen: { host: "::", port: 0 } }],
  ["a manager's address", { mode: "http", managerAddr: "127.0.0.1:13337" }, {
    statsTo: { host: "127.0.0.1", port: 14337 },
  }],
  ["a manager's name", { mode: "http", managerAddr: "manager.example:80" }, {
    statsTo: { host: "manager.example", port: 1080 },
  }],
  ["a manager on the last port that leaves room", { mode: "http", managerAddr: "[::1]:64535" }, {
    statsTo: { host: "::1", port: 65535 },
  }],
  ["an address for statistics", { mode: "http", statsAddr: "h:65535" }, {
    statsTo: { host: "h", port: 65535 },
  }],
  ["both, of which the narrower counts", { mode: "http", managerAddr: "a:1", statsAddr: "b:2" }, {
    statsTo: { host: "b", port: 2 },
  }],
  ["a manager on a high port, with an address for statistics", {
    mode: "http",
    managerAddr: "a:65000",
    statsAddr: "b:2",
  }, { statsTo: { host: "b", port: 2 } }],
  ["times with a fraction", { mode: "http", reportInterval: "0.1", connectTimeout: "1.5" }, {
    reportInterval: 0.1,
    connectTimeout: 1.5,
  }],
  ["a drain without patience", { mode: "http", drainTimeout: "0" }, { drainTimeout: 0 }],
  ["the longest times", { mode: "http", reportInterval: "3600", drainTimeout: "3600" }, {
    reportInterval: 3600,
    drainTimeout: 3600,
  }],
  ["a name", { mode: "http", id: "edge 1" }, { id: "edge 1" }],
  ["every limit", {
    mode: "http",
    maxConnections: "1",
    maxConnectionsPerClient: "1000000",
    acceptRate: "50",
    idleTimeout: "1.5",
    bandwidth: "1.5G",
    bandwidthPerConnection: "512k",
    backlog: "65535",
  }, {
    limits: {
      maxConnections: 1,
      maxConnectionsPerClient: 1_000_000,
      acceptRate: 50,
      idleTimeout: 1.5,
      bandwidth: 1_500_000_000,
      bandwidthPerConnection: 512_000,
      backlog: 65535,
    },
  }],
  ["no idle timeout", { mode: "http", idleTimeout: "0" }, {}],
];
for (const [title, flags, change] of accepted) {
  Deno.test(`proxyOptionsSchema takes ${title}`, () => {
    assert.deepEqual(proxyOptionsSchema.parse(flags), { ...DEFAULTS, ...change });
  });
}

const http = (flags: Flags): Flags => ({ mode: "http", ...flags });
const refused: [flags: Flags, message: RegExp][] = [
  [{ mode: "ftp" }, /^Cannot use --mode "ftp": expected tcp, http, socks5$/],
  [{ mode: "" }, /^Cannot use --mode "": expected tcp, http, socks5$/],
  [{ mode: "HTTP" }, /^Cannot use --mode "HTTP": expected/],
  [{ mode: "tcp" }, /^--mode tcp needs --target host:port$/],
  [http({ target: "a:1" }), /^--target a:1 is for --mode tcp, not for --mode http$/],
  [{ mode: "socks5", target: "a:1" }, /not for --mode socks5$/],
  [{ mode: "tcp", target: "a" }, /^Cannot parse --target "a": expected host:port$/],
  [{ mode: "tcp", target: ":80" }, /^Cannot parse --target ":80": .*host is missing$/],
  [
    { mode: "tcp", target: "a:0" },
    /^Cannot parse --target "a:0": expected a port from 1 to 65535$/,
  ],
  [{ mode: "tcp", target: "::1:80" }, /^Cannot parse --target "::1:80": expected/],
  [{ ...TCP, target: "a:1,foo" }, /^Cannot parse --target "foo": expected host:port$/],
  [{ ...TCP, target: "a:1," }, /^Cannot parse --target "": expected host:port$/],
  [{ ...TCP, target: "a:1=0" }, /^Cannot parse --target "a:1=0": expected a weight from 1 to 256/],
  [{ ...TCP, target: "a:1=257" }, /expected a weight from 1 to 256/],
  [{ ...TCP, target: "a:1=" }, /expected a weight from 1 to 256/],
  [{ ...TCP, target: "a:1=1.5" }, /expected a weight from 1 to 256/],
  [{ ...TCP, target: "a:1,b:2,A:1=3" }, /^Cannot use --target A:1 twice: expected each once/],
  [
    { ...TCP, target: Array.from({ length: 257 }, (_, i) => `a:${i + 1}`).join() },
    /^Cannot use --target with 257 entries: expected at most 256$/,
  ],
  [
    { ...TCP, lb: "magic" },
    /^Cannot use --lb "magic": expected roundrobin, random, leastconn, hash/,
  ],
  [{ ...TCP, retries: "-1" }, /^Cannot parse --retries "-1": expected a whole number from 0/],
  [{ ...TCP, healthcheck: "udp" }, /^Cannot use --healthcheck "udp": expected tcp, http$/],
  [{ ...TCP, healthcheckInterval: "2" }, /^--healthcheck-interval needs --healthcheck$/],
  [{ ...TCP, rise: "2" }, /^--rise needs --healthcheck$/],
  [{ ...TCP, healthcheck: true, rise: "0" }, /^Cannot parse --rise "0": expected a whole number/],
  [{ ...TCP, healthcheck: true, healthcheckPath: "/" }, /is for --healthcheck http$/],
  [
    { ...TCP, healthcheck: "http", healthcheckPath: "/a\r\nb" },
    /^Cannot use --healthcheck-path "\/a\\r\\nb": expected a path/,
  ],
  [{ ...TCP, proxyProtocol: "v3" }, /^Cannot use --proxy-protocol "v3": expected v1, v2$/],
  [http({ lb: "hash" }), /^--lb is for --mode tcp, not for --mode http$/],
  [http({ retries: "0" }), /^--retries is for --mode tcp/],
  [http({ healthcheck: true }), /^--healthcheck is for --mode tcp/],
  [http({ proxyProtocol: "v1" }), /^--proxy-protocol is for --mode tcp/],
  [
    http({ acceptProxy: "10.0.0.0/33" }),
    /^Cannot parse --accept-proxy "10.0.0.0\/33": expected at/,
  ],
  [http({ acceptProxy: "::1,x" }), /^Cannot parse --accept-proxy "x": expected an address or/],
  [http({ listen: "8080" }), /^Cannot parse --listen "8080": expected host:port or :port$/],
  [http({ listen: "" }), /^Cannot parse --listen "": expected/],
  [http({ listen: "a:65536" }), /^Cannot parse --listen "a:65536": expected a port up to 65535$/],
  [http({ listen: "a\nb:1" }), /^Cannot parse --listen "a\\nb:1": expected/],
  [
    http({ managerAddr: "nonsense" }),
    /^Cannot parse --manager-addr \(or RUSTPROXY_MANAGER\) "nonsense"/,
  ],
  [http({ managerAddr: ":13337" }), /^Cannot parse --manager-addr .*host is missing$/],
  [
    http({ managerAddr: "a:64536" }),
    /^Cannot use --manager-addr .* a:64536: expected a port up to 64535/,
  ],
  [http({ statsAddr: "a" }), /^Cannot parse --stats-addr "a": expected host:port$/],
  [
    http({ reportInterval: "0" }),
    /^Cannot parse --report-interval "0": expected seconds from 0.1 to 3600$/,
  ],
  [http({ reportInterval: "3601" }), /^Cannot parse --report-interval/],
  [http({ reportInterval: "5s" }), /^Cannot parse --report-interval "5s"/],
  [http({ reportInterval: "1e1" }), /^Cannot parse --report-interval/],
  [http({ reportInterval: "-1" }), /^Cannot parse --report-interval/],
  [http({ reportInterval: "" }), /^Cannot parse --report-interval/],
  [http({ connectTimeout: "0" }), /^Cannot parse --connect-timeout "0"/],
  [http({ drainTimeout: "x" }), /^Cannot parse --drain-timeout "x"/],
  [http({ workers: "0" }), /^Cannot parse --workers "0": expected 1 to 64, or auto$/],
  [http({ id: "" }), /^Cannot use --id "": expected a name$/],
  [
    http({ maxConnections: "0" }),
    /^Cannot parse --max-connections "0": expected a whole number from 1 to 1000000$/,
  ],
  [http({ maxConnections: "1e3" }), /^Cannot parse --max-connections "1e3"/],
  [http({ maxConnectionsPerClient: "-1" }), /^Cannot parse --max-connections-per-client "-1"/],
  [http({ acceptRate: "0.5" }), /^Cannot parse --accept-rate "0.5": expected a whole number/],
  [http({ idleTimeout: "1m" }), /^Cannot parse --idle-timeout "1m": expected seconds from 0 to/],
  [http({ backlog: "65536" }), /^Cannot parse --backlog "65536": .* from 1 to 65535$/],
  [
    http({ bandwidth: "10MB" }),
    /^Cannot parse --bandwidth "10MB": expected bytes a second such as 512k, .* 100Mbit, from 1k to/,
  ],
  [http({ bandwidthPerConnection: "" }), /^Cannot parse --bandwidth-per-connection "": expected/],
];
for (const [flags, message] of refused) {
  Deno.test(`proxyOptionsSchema refuses ${JSON.stringify(flags)}`, () => {
    const result = proxyOptionsSchema.safeParse(flags);
    assert.equal(result.success, false);
    assert.match(result.error!.issues[0].message, message);
    assert.doesNotMatch(result.error!.issues[0].message, /[\r\n]/);
  });
}

Deno.test("statsAddressOf adds 1,000 to the port", () => {
  assert.deepEqual(statsAddressOf({ host: "a", port: 13337 }), { host: "a", port: 14337 });
  assert.throws(() => statsAddressOf({ host: "a", port: 64536 }), /--stats-addr.*--stats-listen/);
});
