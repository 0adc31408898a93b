import { escapeControls, type LogSettings } from "../log.ts";
import type { Environment } from "./environment.ts";
import { printConfig } from "./print.ts";
import { type Config, describeConfig, readConfig } from "./read.ts";

const MAX_BYTES = 4 << 20;

/** What is wrong with a configuration file: a line for each thing. */
export class ConfigError extends Error {
  override name = "ConfigError";

  constructor(problems: readonly string[]) {
    super(problems.flatMap((problem) => problem.split("\n")).map(escapeControls).join("\n"));
  }
}

/** Reads a configuration file and those that it names; throws {@link ConfigError}. */
export function openConfig(file: string, env: Environment): Config {
  const result = readConfig(file, readText(file), env);
  if ("problems" in result) throw new ConfigError(result.problems);
  return result.value;
}

/** What --check or --print-config prints; throws {@link ConfigError}. */
export function answerAbout(
  { file, ask, log }: { file: string; ask: "check" | "print"; log: LogSettings },
  env: Environment,
): string {
  const config = openConfig(file, env);
  if (ask === "check") return `${file}: ${describeConfig(config)}, and nothing is wrong`;
  const level = log.level ?? config.log.level;
  return printConfig({ ...config, log: { level, format: log.format ?? config.log.format } })
    .trimEnd();
}

function readText(file: string): string {
  const cannot = (why: string) =>
    new ConfigError([`Cannot use --config ${JSON.stringify(file)}: ${why}`]);
  let bytes: Uint8Array;
  try {
    const { isFile, size } = Deno.statSync(file);
    if (!isFile) throw cannot("expected a file");
    if (size > MAX_BYTES) throw cannot(`expected at most ${MAX_BYTES >> 20} MiB`);
    bytes = Deno.readFileSync(file);
  } catch (error) {
    if (error instanceof ConfigError) throw error;
    if (error instanceof Deno.errors.NotFound) throw cannot("there is no such file");
    throw cannot("it may not be read");
  }
  try {
    return new TextDecoder("utf-8", { fatal: true }).decode(bytes);
  } catch {
    throw cannot("expected UTF-8");
  }
}
