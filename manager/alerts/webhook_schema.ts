import { z } from "zod";
import { SEVERITIES, type Severity } from "./rule.ts";
import { nameSchema } from "./rule_schema.ts";

export const FORMATS = ["json", "slack"] as const;

/** Where alerts are sent. */
export interface WebhookOptions {
  name: string;
  /** Its path may be a secret: what is shown is its host. */
  url: string;
  /** What a delivery is signed with; null for none. */
  secret: string | null;
  format: (typeof FORMATS)[number];
  severities: readonly Severity[];
}

/** What the schema of a file needs of the world. */
export interface SecretSources {
  /** What stands in a file; throws with a reason that does not repeat it. */
  readFile(path: string): string;
  env(name: string): string | undefined;
}

/** Keys whose values no message repeats. */
export const SECRET_KEYS = ["url", "secret"];

/** The variables that the program may read. */
export const ENV_PREFIX = "RUSTPROXY_";
const MIN_SECRET = 8;
const MAX_SECRET = 4_096;
const SECRET_EXPECTED = `expected a secret of ${MIN_SECRET} to ${MAX_SECRET} characters`;
const URL_EXPECTED = "expected an http or https URL with no user name in it";

const urlSchema = z.string().max(2_048).refine((text) => {
  const url = URL.parse(text);
  return url !== null && /^https?:$/.test(url.protocol) && url.username === "" &&
    url.password === "";
}, URL_EXPECTED);

/** A `[[webhook]]` as it stands in the file, with its secret found. */
export function webhookSchema(sources: SecretSources) {
  return z.strictObject({
    name: nameSchema,
    url: urlSchema,
    secret: z.string().optional(),
    secret_file: z.string().min(1).max(4_096).optional(),
    secret_env: z.string().regex(/^RUSTPROXY_[A-Z0-9_]{1,64}$/, {
      error: () => `expected a variable whose name begins with ${ENV_PREFIX}`,
    }).optional(),
    format: z.enum(FORMATS).default("json"),
    severities: z.array(z.enum(SEVERITIES)).min(1).default([...SEVERITIES]),
  }).transform((given, context): WebhookOptions => {
    const { secret, secret_file, secret_env, name, url, format, severities } = given;
    const problem = (key: keyof typeof given, message: string) => {
      context.addIssue({ code: "custom", path: [key], message, input: given[key] });
    };
    const keys = (["secret", "secret_file", "secret_env"] as const)
      .filter((key) => given[key] !== undefined);
    if (keys.length > 1) {
      problem(keys[1], "expected one of secret, secret_file and secret_env");
      return z.NEVER;
    }
    let found: string | null = secret ?? null;
    if (secret_env !== undefined) {
      found = sources.env(secret_env) ?? null;
      if (found === null) problem("secret_env", "expected a variable that is set");
    }
    if (secret_file !== undefined) found = fileSecret(secret_file, sources, problem);
    if (found !== null && (found.length < MIN_SECRET || found.length > MAX_SECRET)) {
      problem(keys[0], SECRET_EXPECTED);
    }
    return { name, url, secret: found, format, severities };
  });
}

function fileSecret(
  path: string,
  { readFile }: SecretSources,
  problem: (key: "secret_file", message: string) => void,
): string | null {
  try {
    return readFile(path).trim();
  } catch (error) {
    problem("secret_file", `expected a file that can be read (${(error as Error).message})`);
    return null;
  }
}
