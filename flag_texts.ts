/** What the command line says of flags that belong together, each with its value and its text. */
type FlagText = [flags: string, text: string];

/** Of resolving names. */
export function dnsFlags(): FlagText[] {
  return [
    [
      "--dns <servers>",
      "who resolves names, asked in turn: 192.0.2.1, [::1]:53, tcp://…, tls://dns.example, " +
      "https://dns.example/dns-query (the system)",
    ],
    ["--dns-timeout <seconds>", "for one server's answer (2)"],
    ["--dns-cache-size <n>", "names that are remembered while they live; 0 is none (10000)"],
  ];
}

/** Of the http mode. */
export function httpFlags(): FlagText[] {
  return [
    ["--connect-ports <ports>", "where http's CONNECT may lead to: 443,8000-8999 (every port)"],
    ["--forwarded", "tell http origins the client's address: X-Forwarded-For and Forwarded"],
    ["--max-header-size <size>", "of http requests and responses: bytes, 64k, 1M (64k)"],
    ["--max-body-size <size>", "of http requests: bytes, 512k, 10M, 2G (no limit)"],
  ];
}

/** Of a manager's and a proxy's connections. */
export function connectionFlags(): FlagText[] {
  return [
    ["--max-connections <n>", "connections at a time; more are turned away (8000, manager 2048)"],
    [
      "--max-connections-per-client <n>",
      "the same for each client address (no limit, manager 256 but for its own host)",
    ],
  ];
}

/** Of a manager's history. */
export function historyFlags(): FlagText[] {
  return [
    ["--data-dir <directory>", "where the manager keeps history (the user's own for such data)"],
    [
      "--retention <name=time,...>",
      "how long: raw=1h,1m=48h,10m=30d,1h=1y,top=30d,log=7d,events=30d, and log-rows=1000000",
    ],
    ["--no-history", "keep nothing"],
  ];
}

/** Of what a proxy takes. */
export function limitFlags(): FlagText[] {
  return [
    ["--accept-rate <n>", "new connections a second of each client address (no limit)"],
    ["--idle-timeout <seconds>", "close a connection on which nothing moves; 0 is never (0)"],
    [
      "--bandwidth <rate>",
      "bytes a second of all connections together, each way on its own: 512k, 10M, 1.5G, " +
      "or in bits 100Mbit (no limit)",
    ],
    ["--bandwidth-per-connection <rate>", "the same for each connection (no limit)"],
    ["--backlog <n>", "connections that the system holds until they are accepted (511)"],
  ];
}

/** Of --ctl. */
export function ctlFlags(): FlagText[] {
  return [
    ["--ctl <command...>", "ask or tell the manager at --manager-addr: --ctl help says what"],
    ["--user <name>", "who asks; the password is RUSTPROXY_PASSWORD or --password-file"],
    ["--password-file <file>", "holds the password"],
    ["--json", "print what the manager says"],
    ["--yes", "close connections that match without asking"],
    ["--timeout <seconds>", "for the proxies' answers (10)"],
  ];
}
