import { Option } from "commander";
import { ENVIRONMENT_HELP } from "./config/environment_help.ts";
import {
  connectionFlags,
  ctlFlags,
  dnsFlags,
  historyFlags,
  httpFlags,
  limitFlags,
} from "./flag_texts.ts";
import { LOG_LEVELS } from "./log.ts";
import { MODES } from "./proxy/options.ts";
import { ALGORITHMS } from "./proxy/tcp/options.ts";

/** The kinds of start. */
export type Kind = "manager" | "proxy" | "config" | "ctl" | "demo";
/** Flags as the command line gives them, by name. */
export type Flags = Record<string, string | string[] | boolean | undefined>;

export interface Flag {
  option: Option;
  /** The kinds of start that the flag is for. */
  of: Kind[];
}

export const EXAMPLES = `
Examples:
  rustproxy --manager
  rustproxy --mode tcp --listen 127.0.0.1:8001 --target example.com:80 --manager-addr 127.0.0.1:13337
  rustproxy --mode http --listen :8080
  rustproxy --mode socks5 --listen 127.0.0.1:1080 --auth user:password
  rustproxy --config rustproxy.toml
  rustproxy --demo
  rustproxy --ctl close edge-1 client=192.0.2.0/24

${ENVIRONMENT_HELP}

Exit codes: 0 regular end, 1 it could not start, 2 wrong use, 130 stopped by a second signal.`;

/** Flags of the original program that change nothing here. */
export const WITHOUT_EFFECT = ["--cache-size", "--buffer-size", "--traffic-log"];

/** Every flag that the program knows, in the order of its help. */
export function flags(): Flag[] {
  const flag = (of: Kind[], flags: string, text: string): Flag => ({
    of,
    option: new Option(flags, text),
  });
  const repeatable = (of: Kind[], flags: string, text: string): Flag => ({
    of,
    option: repeated(new Option(flags, text)),
  });
  const both: Kind[] = ["manager", "proxy"];
  const everywhere: Kind[] = ["manager", "proxy", "config", "ctl", "demo"];
  return [
    flag(["manager"], "--manager", "be the manager: collect statistics, serve API and dashboard"),
    flag(["proxy"], "--mode <mode>", `be a proxy: ${MODES.join(", ")}`),
    flag(["config"], "--config <file>", "be the manager and the proxies of a file in TOML"),
    flag(["config"], "--check", "start nothing, and say what is wrong with the file"),
    flag(["config"], "--print-config", "start nothing, and print what the file comes to"),
    flag(["demo"], "--demo", "start a manager, a proxy of each mode and some local traffic"),
    flag(
      ["manager", "proxy"],
      "--listen <address>",
      "host:port, or :port for every interface (tcp 127.0.0.1:8000, http 127.0.0.1:8080, " +
        "socks5 127.0.0.1:1080, manager 127.0.0.1:13337)",
    ),
    flag(
      ["proxy"],
      "--target <host:port,...>",
      "where --mode tcp relays to: backends with commas between, host:port=3 for a weight of 3",
    ),
    flag(["proxy"], "--lb <algorithm>", `how a backend is chosen: ${ALGORITHMS.join(", ")}`),
    flag(["proxy"], "--retries <n>", "further backends to try when one cannot be connected (3)"),
    flag(["proxy"], "--healthcheck [kind]", "check the backends: tcp (if bare), http"),
    flag(["proxy"], "--healthcheck-interval <seconds>", "time between two checks of a backend (5)"),
    flag(["proxy"], "--healthcheck-timeout <seconds>", "for one check (2)"),
    flag(["proxy"], "--healthcheck-path <path>", "what --healthcheck http asks for (/)"),
    flag(["proxy"], "--rise <n>", "checks in a row that bring a backend up (2)"),
    flag(["proxy"], "--fall <n>", "failed checks in a row that take it down (3)"),
    flag(
      ["proxy"],
      "--proxy-protocol <version>",
      "tell backends the client's address: v1, v2 of the PROXY protocol",
    ),
    flag(
      ["proxy"],
      "--accept-proxy <networks>",
      "connections from there must begin with a PROXY protocol header: 10.0.0.0/8,::1",
    ),
    repeatable(
      ["manager", "proxy"],
      "--auth <user:password>",
      "who may use http and socks5, or the manager: an admin, or viewer=user:password for one who " +
        "changes nothing (repeatable; also --socks5-auth)",
    ),
    flag(["proxy"], "--socks4", "let --mode socks5 serve clients of SOCKS4 and 4a too"),
    flag(["proxy"], "--udp-timeout <seconds>", "end a socks5 UDP association that is idle (60)"),
    { of: ["proxy"], option: repeated(new Option("--socks5-auth <user:password>").hideHelp()) },
    flag(
      ["manager", "proxy"],
      "--auth-file <file>",
      "the same from a htpasswd file with bcrypt or SHA-crypt; for the manager lines of user:role:hash",
    ),
    flag(
      ["manager", "ctl"],
      "--token-file <file>",
      "bearer tokens for programs: lines of name:role:token; --ctl is known by the first one's",
    ),
    flag(both, "--tls-cert <file>", "speak TLS to clients: certificate and chain in PEM"),
    flag(both, "--tls-key <file>", "the certificate's key in PEM"),
    ...accessFlags(),
    flag(
      ["proxy"],
      "--check-access <client target...>",
      "start nothing, and say what the same flags make of this client and this target",
    ),
    flag(
      ["proxy", "ctl"],
      "--manager-addr <address>",
      "the manager to report to as host:port; statistics go to its port + 1000 over UDP",
    ),
    flag(["proxy"], "--stats-addr <host:port>", "send statistics there instead"),
    flag(["proxy"], "--report-interval <seconds>", "time between two reports (5)"),
    flag(["proxy"], "--report-bandwidth <rate>", "most that reports take: 512kbit, 125k (1Mbit)"),
    flag(["proxy"], "--id <name>", "the proxy's name (made of host, mode and address)"),
    repeatable(
      ["proxy", "ctl"],
      "--label <name=value>",
      "what the manager tells proxies apart by; with --ctl, those that have it (repeatable)",
    ),
    flag(["proxy"], "--connect-timeout <seconds>", "for resolving and connecting (10)"),
    ...dnsFlags().map(([name, text]) => flag(["proxy"], name, text)),
    flag(["proxy"], "--workers <n>", "threads that share the port: a number, or auto (1; Linux)"),
    flag(["proxy"], "--drain-timeout <seconds>", "for what runs when the proxy is stopped (10)"),
    ...httpFlags().map(([name, text]) => flag(["proxy"], name, text)),
    ...connectionFlags().map(([name, text]) => flag(["manager", "proxy"], name, text)),
    ...limitFlags().map(([name, text]) => flag(["proxy"], name, text)),
    flag(["manager"], "--stats-listen <address>", "take statistics in there (HTTP port + 1000)"),
    flag(["manager"], "--stats-rate <n>", "datagrams a second from one address (5000)"),
    flag(["manager"], "--max-proxies <n>", "proxies known at a time (10000)"),
    repeatable(
      ["manager"],
      "--public-host <name>",
      "a host name the manager may be asked for by, beside loopback and addresses (repeatable)",
    ),
    flag(
      ["manager"],
      "--hsts [seconds]",
      "tell browsers to come by TLS alone, to every port of this host (a year)",
    ),
    repeatable(
      ["manager"],
      "--trusted-proxy <networks>",
      "reverse proxies to believe who their clients are: 127.0.0.1,10.0.0.0/8 (repeatable)",
    ),
    flag(["manager"], "--base-path <path>", "serve all under this path, as behind a reverse proxy"),
    repeatable(
      ["manager", "proxy"],
      "--stats-key <key>",
      "seal statistics with it; the manager then takes no others, and several keys (repeatable)",
    ),
    flag(["manager", "proxy"], "--stats-key-file <file>", "the same from a file"),
    ...controlFlags(flag, repeatable),
    ...ctlFlags().map(([name, text]) => flag(["ctl"], name, text)),
    flag([], "--print-key", "print a new key for these, and start nothing"),
    flag([], "--print-token", "print a new token for --token-file, and start nothing"),
    flag(
      [],
      "--hash-password",
      "read a password, print its hash for the manager's --auth-file, and start nothing",
    ),
    ...historyFlags().map(([name, text]) => flag(["manager"], name, text)),
    flag(
      ["manager"],
      "--alerts <file>",
      "rules of alerts and who is told, in TOML (default rules)",
    ),
    flag(everywhere, "--log-level <level>", `${LOG_LEVELS.join(", ")} (info)`),
    flag(everywhere, "--log-format <format>", "text, json (text on a terminal, else json)"),
    ...WITHOUT_EFFECT.map((name) => ({
      of: everywhere,
      option: new Option(`${name} [value]`).hideHelp(),
    })),
  ];
}

type MakeFlag = (of: Kind[], flags: string, text: string) => Flag;

function controlFlags(flag: MakeFlag, repeatable: MakeFlag): Flag[] {
  return [
    flag(["proxy"], "--control", "take orders from the manager; without it from nobody"),
    flag(
      ["proxy"],
      "--control-addr <address>",
      "the manager's HTTP side: https://host:port, or host:port, which is https but on loopback " +
        "(--manager-addr)",
    ),
    repeatable(
      ["manager", "proxy"],
      "--control-key <key>",
      "who has it may give orders and take them; a manager knows several (repeatable)",
    ),
    flag(["manager", "proxy"], "--control-key-file <file>", "the same from a file"),
    flag(
      ["proxy", "ctl"],
      "--control-ca <file>",
      "the authority of the manager's certificate, in PEM",
    ),
  ];
}

/** The option with all its values as a list. */
function repeated(option: Option): Option {
  return option.argParser((value: string, values: string[] = []) => [...values, value]);
}

/** Each has all of their values, since the order among them counts. */
function accessFlags(): Flag[] {
  const values: string[] = [];
  const flag = (name: string, placeholder: string, text: string): Flag => {
    const option = new Option(`${name} <${placeholder}>`, text);
    option.argParser((value: string) => {
      values.push(`${name} ${value}`);
      return values;
    });
    return { of: ["proxy"], option };
  };
  return [
    flag(
      "--allow",
      "networks",
      "clients that may use the proxy, and then no others; first match wins: 10.0.0.0/8,::1 " +
        "or private, local, * (repeatable)",
    ),
    flag("--deny", "networks", "clients that may not (repeatable)"),
    flag(
      "--allow-target",
      "targets",
      "where http and socks5 may go, and then nowhere else: networks as above, host names, " +
        "*.suffix, each with or without :port or :from-to (repeatable)",
    ),
    flag("--deny-target", "targets", "where they may not (repeatable)"),
  ];
}
