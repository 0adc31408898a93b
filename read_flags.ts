/** The command line's words as flags. */
import { Command, CommanderError } from "commander";
import { EXAMPLES, type Flag, type Flags } from "./flags.ts";
import { escapeControls } from "./log.ts";
import { MODES } from "./proxy/options.ts";

/** Wrong use: one line that says what is wrong and what would be right. The program ends with exit code 2. */
export class UsageError extends Error {
  override name = "UsageError";

  constructor(message: string) {
    super(escapeControls(message));
  }
}

/** What the original program had and this one has not: says what to use instead. */
export function refuseForeignFlags(args: string[]): void {
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
export function parseFlags(args: string[], known: Flag[], version: string): Flags | string {
  let output = "";
  const command = new Command("rustproxy")
    .description("A TCP, HTTP or SOCKS5 proxy, or the manager of a fleet of them.")
    .usage("--manager | --mode <mode> | --config <file> | --demo [options]")
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
