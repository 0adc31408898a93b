import { dirname, isAbsolute, join } from "node:path";
import { z } from "zod";
import { type FileContent, Reloaded } from "../../proxy/reloaded.ts";
import { readToml } from "../../proxy/toml/read.ts";
import { DEFAULT_RULES, type Rule } from "./rule.ts";
import { ruleSchema } from "./rule_schema.ts";
import {
  SECRET_KEYS,
  type SecretSources,
  type WebhookOptions,
  webhookSchema,
} from "./webhook_schema.ts";
import { weekClock } from "./windows.ts";

/** What is watched, and who is told. */
export interface AlertConfig {
  rules: readonly Rule[];
  webhooks: readonly WebhookOptions[];
  /** In which the times of silence are meant. */
  timeZone: string;
}

const MAX_RULES = 100;
const MAX_WEBHOOKS = 20;

/** What a manager watches with no file. */
export const DEFAULT_CONFIG: AlertConfig = { rules: DEFAULT_RULES, webhooks: [], timeZone: "UTC" };

/** A file of rules; those of it go before the default ones of the same names. */
export function alertSchema(sources: SecretSources) {
  return z.strictObject({
    default_rules: z.boolean().default(true),
    time_zone: z.string().default("UTC").refine(isTimeZone, {
      error: () => 'expected a time zone such as "Europe/Berlin"',
    }),
    rule: z.array(ruleSchema).max(MAX_RULES).default([]).superRefine(refuseTwins),
    webhook: z.array(webhookSchema(sources)).max(MAX_WEBHOOKS).default([]).superRefine(refuseTwins),
  }).transform(({ default_rules, time_zone, rule, webhook }): AlertConfig => {
    const names = new Set(rule.map(({ name }) => name));
    const others = default_rules ? DEFAULT_RULES.filter(({ name }) => !names.has(name)) : [];
    return { rules: [...others, ...rule], webhooks: webhook, timeZone: time_zone };
  });
}

function isTimeZone(name: string): boolean {
  try {
    weekClock(name);
    return true;
  } catch {
    return false;
  }
}

function refuseTwins(entries: readonly { name: string }[], context: z.RefinementCtx): void {
  const known = new Set<string>();
  for (const [at, { name }] of entries.entries()) {
    if (known.has(name)) {
      const message = "expected a name that no other one has";
      context.addIssue({ code: "custom", path: [at, "name"], message, input: name });
    }
    known.add(name);
  }
}

/**
 * Follows a file of rules; throws FileError with a line for each thing that is wrong with it. Secrets are read
 * when it is.
 */
export function openAlertFile(path: string): Reloaded<AlertConfig> {
  return new Reloaded({
    files: [{ flag: "--alerts", path }],
    parse: ([file]) => parseAlertFile(path, file),
    by: "manager",
  });
}

/** Where the secrets are found of which a file at this path tells. */
export function secretsBeside(path: string): SecretSources {
  return {
    env: (name) => Deno.env.get(name),
    // As people write it: beside the file that names it.
    readFile: (name) => readSecret(isAbsolute(name) ? name : join(dirname(path), name)),
  };
}

function parseAlertFile(path: string, { bytes, error }: FileContent): AlertConfig {
  const text = new TextDecoder().decode(bytes);
  const spec = { file: path, schema: alertSchema(secretsBeside(path)), secrets: SECRET_KEYS };
  const result = readToml(text, spec);
  if ("value" in result) return result.value;
  const { problems } = result;
  const many = problems.length === 1 ? "this is" : `these ${problems.length} things are`;
  throw error(`${many} wrong with it:\n${problems.join("\n")}`);
}

function readSecret(path: string): string {
  try {
    return Deno.readTextFileSync(path);
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) throw new Error("there is no such file");
    throw new Error("it may not be read");
  }
}
