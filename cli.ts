import { Command, CommanderError, Option } from "commander";
import type { z } from "zod";
import { escapeControls, type Level, LOG_LEVELS, type LogFormat } from "./log.ts";
import { type ManagerOptions, managerOptionsSchema } from "./manager/options.ts";
import { ALGORITHMS } from "./proxy/tcp/options.ts";
import { MODES, type ProxyOptions, proxyOptionsSchema } from "./proxy/options.ts";

/** What the program is asked to do. */
export type Task =
  | { kind: "print"; text: string }
  | { kind: "manager"; options: ManagerOptions }
  | { kind: "proxy"; options: ProxyOptions }
  | { kind: "demo" };

export interface Invocation {
  task: Task;
  logLevel: Level;
  logFormat: LogFormat | null;
  /** Lines to warn of, such as a flag that has no effect. */
  warnings: string[];
}

/** Wrong use: one line that says what is wrong and what would be right. The program ends with exit code 2. */
export class UsageError extends Error {
  override name = "UsageError";

  constructor(message: string) {
    super(escapeControls(message));
  }
}

type Kind = "manager" | "proxy" | "demo";
type Flags = Record<string, string | string[] | boolean | undefined>;

interface Flag {
  option: Option;
  /** The kinds of start that the flag is for. */
  of: Kind[];
}

const EXAMPLES = `
Examples:
  rustproxy --manager
  rustproxy --mode tcp --listen 127.0.0.1:8001 --target example.com:80 --manager-addr 127.0.0.1:13337
  rustproxy --mode http --listen :8080
  rustproxy --mode socks5 --listen 127.0.0.1:1080 --auth user:password
  rustproxy --demo

Environment:
  RUSTPROXY_MANAGER  the manager's address, as --manager-addr; the flag wins

Exit codes: 0 regular end, 1 it could not start, 2 wrong use, 130 stopped by a second signal.`;

/** Flags of the original program that change nothing here. */
const WITHOUT_EFFECT = ["--cache-size", "--buffer-size", "--traffic-log"];

function flags(): Flag[] {
  const flag = (of: Kind[], flags: string, text: string): Flag => ({
    of,
    option: new Option(flags, text),
  });
  const everywhere: Kind[] = ["manager", "proxy", "demo"];
  return [
    flag(["manager"], "--manager", "be the manager: collect statistics, serve API and dashboard"),
    flag(["proxy"], "--mode <mode>", `be a proxy: ${MODES.join(", ")}`),
    flag(["demo"], "--demo", "start a manager, a proxy of each mode and some local traffic"),
    flag(
      ["manager", "proxy"],
      "--listen <address>",
      "host:port, or :port for every interface (tcp 127.0.0.1:8000, http 127.0.0.1:8080, " +
        "socks5 127.0.0.1:1080, manager 127.0.0.1:13337)",
    ),
    flag(
      ["proxy"],
      "--target <host:port>",
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
    flag(
      ["proxy"],
      "--auth <user:password>",
      "credentials that http and socks5 clients must give (also --socks5-auth)",
    ),
    { of: ["proxy"], option: new Option("--socks5-auth <user:password>").hideHelp() },
    flag(
      ["proxy"],
      "--manager-addr <host:port>",
      "the manager to report to; statistics go to its port + 1000 over UDP",
    ),
    flag(["proxy"], "--stats-addr <host:port>", "send statistics there instead"),
    flag(["proxy"], "--report-interval <seconds>", "time between two reports (5)"),
    flag(["proxy"], "--id <name>", "the proxy's name (made of host, mode and address)"),
    flag(["proxy"], "--connect-timeout <seconds>", "for resolving and connecting (10)"),
    flag(["proxy"], "--drain-timeout <seconds>", "for what runs when the proxy is stopped (10)"),
    ...limitFlags().map(([name, text]) => flag(["proxy"], name, text)),
    flag(["manager"], "--stats-listen <address>", "take statistics in there (HTTP port + 1000)"),
    {
      of: ["manager"],
      option: new Option(
        "--public-host <name>",
        "a host name the manager may be asked for by, beside loopback and addresses (repeatable)",
      ).argParser((name: string, names: string[] = []) => [...names, name]),
    },
    flag(everywhere, "--log-level <level>", `${LOG_LEVELS.join(", ")} (info)`),
    flag(everywhere, "--log-format <format>", "text, json (text on a terminal, else json)"),
    ...WITHOUT_EFFECT.map((name) => ({
      of: everywhere,
      option: new Option(`${name} [value]`).hideHelp(),
    })),
  ];
}

function limitFlags(): [flags: string, text: string][] {
  return [
    ["--max-connections <n>", "connections at a time; more are closed at once (8000)"],
    ["--max-connections-per-client <n>", "the same for each client address (no limit)"],
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

/** Reads the command line; throws UsageError. `managerFromEnv` is RUSTPROXY_MANAGER. */
export function parseCommandLine(
  args: string[],
  version: string,
  managerFromEnv: string | undefined,
): Invocation {
  refuseForeignFlags(args);
  const known = flags();
  const parsed = parseFlags(args, known, version);
  if (typeof parsed === "string") {
    return { task: { kind: "print", text: parsed }, ...logOptions({}), warnings: [] };
  }
  const kind = kindOf(parsed);
  refuseMisplaced(parsed, kind, known);
  const warnings = WITHOUT_EFFECT.filter((name) => parsed[camelCase(name)] !== undefined)
    .map((name) => `${name} has no effect in this program`);
  return { task: taskOf(kind, parsed, managerFromEnv), ...logOptions(parsed), warnings };
}

/** What the original program had and this one has not: says what to use instead. */
function refuseForeignFlags(args: string[]): void {
  for (const [at, arg] of args.entries()) {
    const name = arg.split("=")[0];
    if (name === "--http-interface") {
      throw new UsageError(
        "--http-interface is not supported: the manager serves API and dashboard, " +
          "start it with --manager --listen host:port",
      );
    }
    const mode = arg === "--mode" ? args[at + 1] : arg.startsWith("--mode=") ? arg.slice(7) : "";
    if (/^--(ss|vmess)(-|$)/.test(name) || mode === "ss" || mode === "vmess") {
      throw new UsageError(
        "Shadowsocks and VMess are not supported, and nothing takes their place: " +
          `expected --mode ${MODES.join(", ")}`,
      );
    }
  }
}

/** The flags by name, or the text that --help or --version asks for. */
function parseFlags(args: string[], known: Flag[], version: string): Flags | string {
  let output = "";
  const command = new Command("rustproxy")
    .description("A TCP, HTTP or SOCKS5 proxy, or the manager of a fleet of them.")
    .usage("--manager | --mode <mode> | --demo [options]")
    .version(`rustproxy ${version}`, "-V, --version", "print the version")
    .helpOption("-h, --help", "print this help")
    .addHelpText("after", EXAMPLES)
    .allowExcessArguments(false)
    .configureOutput({
      writeOut: (text) => output += text,
      writeErr: () => {},
      getOutHasColors: () => false,
      getErrHasColors: () => false,
    })
    .exitOverride();
  for (const { option } of known) command.addOption(option);
  refuseMissingValues(args, known);
  try {
    command.parse(args, { from: "user" });
  } catch (error) {
    if (!(error instanceof CommanderError)) throw error;
    if (error.exitCode === 0) return output.trimEnd();
    throw new UsageError(oneLine(error));
  }
  return command.opts<Flags>();
}

/** A flag where another's value should be is a value forgotten, whatever the value could be. */
function refuseMissingValues(args: string[], known: Flag[]): void {
  for (const [at, arg] of args.entries()) {
    const option = known.find(({ option }) => option.long === arg)?.option;
    const next = args[at + 1];
    if (!option?.required || (next !== undefined && !next.startsWith("--"))) continue;
    const got = next === undefined ? "nothing" : `"${next}"`;
    throw new UsageError(`${option.flags} needs a value, but ${got} follows`);
  }
}

function oneLine(error: CommanderError): string {
  if (error.code === "commander.excessArguments") {
    return `${
      error.message.replace(/^error: [^:]*: (.*)\.$/s, 'Unexpected argument "$1"')
    }: expected flags only`;
  }
  return error.message.replace(/^error: (.)/, (_, first: string) => first.toUpperCase())
    .replace(/\n\(Did you/, " (Did you");
}

function kindOf(parsed: Flags): Kind {
  const kinds: [Kind, string][] = [];
  if (parsed.manager) kinds.push(["manager", "--manager"]);
  if (parsed.mode !== undefined) kinds.push(["proxy", "--mode"]);
  if (parsed.demo) kinds.push(["demo", "--demo"]);
  if (kinds.length === 1) return kinds[0][0];
  const expected = `expected one of --manager, --mode ${MODES.join("|")} or --demo`;
  throw new UsageError(
    kinds.length === 0
      ? `Nothing to start: ${expected}; --help tells more`
      : `Cannot combine ${kinds.map(([, name]) => name).join(" with ")}: ${expected}`,
  );
}

const KIND_NAMES: Record<Kind, string> = {
  manager: "--manager",
  proxy: "--mode",
  demo: "--demo",
};

function refuseMisplaced(parsed: Flags, kind: Kind, known: Flag[]): void {
  for (const { option, of } of known) {
    if (parsed[option.attributeName()] === undefined || of.includes(kind)) continue;
    const places = of.map((kind) => KIND_NAMES[kind]).join(" or ");
    throw new UsageError(`${option.long} goes with ${places}, not with ${KIND_NAMES[kind]}`);
  }
}

function taskOf(kind: Kind, parsed: Flags, managerFromEnv: string | undefined): Task {
  if (kind === "demo") return { kind };
  if (kind === "manager") return { kind, options: validate(managerOptionsSchema, parsed) };
  if (parsed.auth !== undefined && parsed.socks5Auth !== undefined) {
    throw new UsageError("--auth and --socks5-auth are the same: expected one of them");
  }
  const flags = {
    ...parsed,
    auth: parsed.auth ?? parsed.socks5Auth,
    managerAddr: parsed.managerAddr ?? (managerFromEnv || undefined),
  };
  return { kind, options: validate(proxyOptionsSchema, flags) };
}

function validate<T>(schema: z.ZodType<T>, flags: Flags): T {
  const result = schema.safeParse(flags);
  if (result.success) return result.data;
  throw new UsageError(result.error.issues[0].message);
}

function logOptions(parsed: Flags): { logLevel: Level; logFormat: LogFormat | null } {
  const given = parsed.logLevel ?? "info";
  const level = given === "warn" ? "warning" : given;
  if (!LOG_LEVELS.includes(level as Level)) {
    throw new UsageError(`Cannot use --log-level "${given}": expected ${LOG_LEVELS.join(", ")}`);
  }
  const format = parsed.logFormat ?? null;
  if (format !== null && format !== "text" && format !== "json") {
    throw new UsageError(`Cannot use --log-format "${format}": expected text or json`);
  }
  return { logLevel: level as Level, logFormat: format };
}

function camelCase(flag: string): string {
  return flag.slice(2).replace(/-(.)/g, (_, letter: string) => letter.toUpperCase());
}
