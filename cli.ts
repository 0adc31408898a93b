import type { z } from "zod";
import { type Flag, type Flags, flags, type Kind, WITHOUT_EFFECT } from "./flags.ts";
import {
  type Environment,
  fillIn,
  type Variable,
  VariableError,
  withVariables,
} from "./config/environment.ts";
import { type Level, LOG_LEVELS, type LogFormat, type LogSettings } from "./log.ts";
import { hashTypedPassword } from "./manager/auth/hash_password.ts";
import { AUTH_VARIABLE } from "./manager/auth/options.ts";
import { newToken } from "./manager/auth/tokens.ts";
import { CTL_VARIABLES, type CtlOptions, ctlOptionsSchema } from "./manager/ctl/options.ts";
import { type ManagerOptions, managerOptionsSchema } from "./manager/options.ts";
import {
  type Address,
  AddressError,
  isIpLiteral,
  parseHostPort,
  unmapIPv4,
} from "./proxy/net/address.ts";
import { MODES, type ProxyOptions, proxyOptionsSchema } from "./proxy/options.ts";
import { parseFlags, refuseForeignFlags, UsageError } from "./read_flags.ts";
import { CONTROL_KEY_VARIABLE } from "./proxy/control/options.ts";
import { newStatsKey } from "./proxy/stats/key.ts";
import { KEY_VARIABLE } from "./proxy/stats/key_options.ts";

/** What the program is asked to do. */
export type Task =
  | { kind: "print"; text: string | (() => Promise<string>) }
  | { kind: "manager"; options: ManagerOptions }
  | { kind: "proxy"; options: ProxyOptions }
  | { kind: "check"; options: ProxyOptions; client: string; target: Address }
  | { kind: "config"; file: string; ask: "check" | "print" | null; log: LogSettings }
  | { kind: "ctl"; options: CtlOptions }
  | { kind: "demo" };

export interface Invocation {
  task: Task;
  logLevel: Level;
  logFormat: LogFormat | null;
  /** Lines to warn of, such as a flag that has no effect. */
  warnings: string[];
}

export { UsageError } from "./read_flags.ts";

/** Reads the command line; throws UsageError. */
export function parseCommandLine(
  args: string[],
  version: string,
  env: Environment = () => undefined,
): Invocation {
  refuseForeignFlags(args);
  const known = flags();
  const parsed = parseFlags(args, known, version);
  if (typeof parsed === "string") {
    return { task: { kind: "print", text: parsed }, ...logOptions({}), warnings: [] };
  }
  const secret = secretTask(parsed, args);
  if (secret) return { task: secret, ...logOptions({}), warnings: [] };
  const kind = kindOf(parsed, env);
  refuseMisplaced(parsed, kind, known);
  const said = addEnvironment(kind, parsed, env);
  const warnings = WITHOUT_EFFECT.filter((name) => parsed[camelCase(name)] !== undefined)
    .map((name) => `${name} has no effect in this program`);
  try {
    return { task: taskOf(kind, parsed, env), ...logOptions(parsed), warnings };
  } catch (error) {
    if (!(error instanceof UsageError)) throw error;
    throw new UsageError(withVariables(error.message, said));
  }
}

/** Adds to the flags what only the environment says; returns that. */
function addEnvironment(kind: Kind, parsed: Flags, env: Environment): Variable[] {
  try {
    // Of a file's tables each has what is for it; who asks in a terminal is known by variables of its own.
    return fillIn(kind === "proxy" || kind === "manager" ? kind : "config", parsed, env);
  } catch (error) {
    if (error instanceof VariableError) throw new UsageError(error.message);
    throw error;
  }
}

function kindOf(parsed: Flags, env: Environment): Kind {
  const kinds: [Kind, string][] = [];
  if (parsed.manager) kinds.push(["manager", "--manager"]);
  if (parsed.mode !== undefined) kinds.push(["proxy", "--mode"]);
  if (parsed.config !== undefined) kinds.push(["config", "--config"]);
  if (parsed.demo) kinds.push(["demo", "--demo"]);
  if (parsed.ctl !== undefined) kinds.push(["ctl", "--ctl"]);
  if (kinds.length === 1) return kinds[0][0];
  if (kinds.length === 0 && parsed.checkAccess !== undefined) {
    throw new UsageError(
      "--check-access goes with --mode and the other flags of the proxy it is about",
    );
  }
  if (kinds.length === 0 && env("RUSTPROXY_MODE")) return "proxy";
  const expected = `expected one of --manager, --mode ${
    MODES.join("|")
  }, --config, --ctl or --demo`;
  throw new UsageError(
    kinds.length === 0
      ? `Nothing to start: ${expected}; --help tells more`
      : `Cannot combine ${kinds.map(([, name]) => name).join(" with ")}: ${expected}`,
  );
}

const KIND_NAMES: Record<Kind, string> = {
  manager: "--manager",
  proxy: "--mode",
  config: "--config",
  ctl: "--ctl",
  demo: "--demo",
};

function refuseMisplaced(parsed: Flags, kind: Kind, known: Flag[]): void {
  for (const { option, of } of known) {
    const value = parsed[option.attributeName()];
    // Where a --no-… flag is not given, what it would switch off is true.
    if (value === undefined || (option.negate && value === true) || of.includes(kind)) continue;
    const places = of.map((kind) => KIND_NAMES[kind]).join(" or ");
    throw new UsageError(`${option.long} goes with ${places}, not with ${KIND_NAMES[kind]}`);
  }
}

/** A new key, a new token or the hash of a password, and nothing else. */
function secretTask(parsed: Flags, args: string[]): Task | null {
  const makers = {
    "--print-key": newStatsKey,
    "--print-token": newToken,
    "--hash-password": () => hashTypedPassword,
  };
  for (const [name, make] of Object.entries(makers)) {
    if (!parsed[camelCase(name)]) continue;
    if (args.length === 1) return { kind: "print", text: make() };
    throw new UsageError(`${name} starts nothing: expected it alone, with no other flag`);
  }
  return null;
}

function taskOf(kind: Kind, parsed: Flags, env: Environment): Task {
  if (kind === "demo") return { kind };
  if (kind === "config") return configTask(parsed);
  const keys = { statsKeyEnv: env(KEY_VARIABLE), controlKeyEnv: env(CONTROL_KEY_VARIABLE) };
  const given = { ...parsed, ...keys, authEnv: env(AUTH_VARIABLE) };
  if (kind === "manager") return { kind, options: validate(managerOptionsSchema, given) };
  if (kind === "ctl") {
    const managerAddr = parsed.managerAddr ?? (env("RUSTPROXY_MANAGER") || undefined);
    const login = Object.entries(CTL_VARIABLES).map(([name, variable]) => [name, env(variable)]);
    const all = { ...parsed, ...Object.fromEntries(login), managerAddr };
    return { kind, options: validate(ctlOptionsSchema, all) };
  }
  const flags = {
    ...given,
    auth: joined(parsed.auth, parsed.socks5Auth),
    access: parsed.allow ?? parsed.deny ?? parsed.allowTarget ?? parsed.denyTarget ??
      parsed.access,
  };
  const options = validate(proxyOptionsSchema, flags);
  if (parsed.checkAccess === undefined) return { kind, options };
  return { kind: "check", options, ...questionOf(parsed.checkAccess as string[]) };
}

function configTask(parsed: Flags): Task {
  const file = parsed.config as string;
  if (file === "") throw new UsageError('Cannot use --config "": expected a file');
  if (parsed.check && parsed.printConfig) {
    throw new UsageError("Cannot combine --check with --print-config: expected one of them");
  }
  const ask = parsed.check ? "check" : parsed.printConfig ? "print" : null;
  const { logLevel, logFormat } = logOptions(parsed);
  const level = parsed.logLevel === undefined ? null : logLevel;
  return { kind: "config", file, ask, log: { level, format: logFormat } };
}

/** What --check-access asks about. */
function questionOf([client, target, ...more]: string[]): { client: string; target: Address } {
  const expected = "expected an IP address and a host:port behind it, " +
    "as in --check-access 192.0.2.7 example.com:443";
  if (target === undefined || more.length > 0 || !isIpLiteral(client)) {
    throw new UsageError(`Cannot use --check-access so: ${expected}`);
  }
  try {
    return { client: unmapIPv4(client), target: parseHostPort(target) };
  } catch (error) {
    if (!(error instanceof AddressError)) throw error;
    throw new UsageError(
      `Cannot parse the target ${JSON.stringify(target)} of --check-access: ${error.message}`,
    );
  }
}

/** The values of two names of one repeatable flag. */
function joined(...lists: Flags[string][]): string[] | undefined {
  const all = lists.filter((list) => list !== undefined).flat() as string[];
  return all.length > 0 ? all : undefined;
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
