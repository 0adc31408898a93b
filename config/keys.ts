/** The keys of a configuration file and the variables of the environment, made of the command line's flags. */
import type { Option } from "commander";
import { z } from "zod";
import { type Flags, flags, type Kind, WITHOUT_EFFECT } from "../flags.ts";
import { LOG_LEVELS } from "../log.ts";
import { MODES } from "../proxy/options.ts";
import { labelNameSchema, labelValueSchema } from "../proxy/stats/labels_record.ts";
import { ALGORITHMS } from "../proxy/tcp/options.ts";

/** What a flag is called where it is no flag. */
export interface Key {
  /** In a file. */
  name: string;
  /** On the command line, as in --max-connections; the rules of access have one key for their four flags. */
  flags: string[];
  /** Among what the command line gives. */
  attribute: string;
  /** In the environment. */
  variable: string;
  of: readonly Kind[];
  /** What a file may hold. */
  schema: z.ZodType<Given>;
  isList: boolean;
  /** Whether the flag has no value, or needs none. */
  isSwitch: boolean | "bare";
  /** Whether it is on unless it is switched off. */
  isOn: boolean;
  /** Whether it is a file's or a directory's name. */
  isPath: boolean;
  isSecret: boolean;
  description: string;
}

/** A value as a file may hold it. */
export type Given = boolean | number | string | string[] | Record<string, string>;

/** Flags that are neither in a file nor in the environment: they say what is started, or start nothing, or ask. */
export const COMMAND_LINE_ONLY: readonly string[] = [
  ...["--manager", "--demo", "--config", "--check", "--print-config", "--check-access"],
  ...["--ctl", "--user", "--password-file", "--json", "--yes", "--timeout"],
  ...["--print-key", "--print-token", "--hash-password", "--socks5-auth", ...WITHOUT_EFFECT],
];

export const ACCESS_FLAGS: readonly string[] = [
  ...["--allow", "--deny", "--allow-target", "--deny-target"],
];

const SECRETS = ["auth", "statsKey", "controlKey"];

const text = z.string();
const list = z.union([text, z.array(text)]);
const amount = z.union([text, z.number()]);

/** What stands for a value in the help, and what it is in a file. */
const VALUES: Record<string, z.ZodType<Given>> = {
  ...{ n: z.number(), seconds: z.number(), rate: amount, size: amount },
  ...{ networks: list, ports: list, servers: list, "host:port,...": list, "name=time,...": list },
  ...{ address: text, "host:port": text, name: text, "user:password": text, key: text },
  ...{ file: text, directory: text, path: text, kind: text, version: text },
  mode: z.enum(MODES),
  algorithm: z.enum(ALGORITHMS),
  level: z.enum(LOG_LEVELS),
  format: z.enum(["text", "json"]),
};

/** Those that say more than their placeholder. */
const SPECIAL: Record<string, z.ZodType<Given>> = {
  workers: z.union([z.number(), z.literal("auto", { error: () => 'expected a number or "auto"' })]),
  label: z.record(labelNameSchema, labelValueSchema),
};

const accessRule = text.regex(/^(allow|deny)(-target)? \S+$/, {
  error: () => 'expected allow, deny, allow-target or deny-target with a value, as in "deny ::1"',
});

/** Every key there is. */
export function keys(): Key[] {
  const known = flags().filter(({ option }) => !COMMAND_LINE_ONLY.includes(nameOf(option)));
  const others = known.filter(({ option }) => !ACCESS_FLAGS.includes(nameOf(option)));
  return [...others.map(({ option, of }) => keyOf(option, of)), accessKey()];
}

/** The keys of a manager, a proxy or the program. */
export function keysOf(kind: Kind): Key[] {
  return keys().filter(({ of }) => of.includes(kind) && (kind === "config" || !isOfProgram(of)));
}

function isOfProgram(of: readonly Kind[]): boolean {
  return of.includes("config");
}

function nameOf(option: Option): string {
  return option.long!;
}

function keyOf(option: Option, of: readonly Kind[]): Key {
  const attribute = option.attributeName();
  const plain = attribute.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);
  const [, placeholder] = /[<[](.+)[>\]]$/.exec(option.flags) ?? [];
  // No other flags gather their values.
  const isRepeatable = option.parseArg !== undefined;
  const schema = SPECIAL[attribute] ?? (isRepeatable ? list : schemaOf(option, placeholder));
  return {
    name: NAMES[attribute] ?? plain,
    flags: [nameOf(option)],
    attribute,
    variable: attribute === "managerAddr" ? "RUSTPROXY_MANAGER" : variableOf(plain),
    of,
    schema,
    isList: isRepeatable,
    isSwitch: placeholder === undefined || (option.optional && "bare"),
    isOn: option.negate,
    isPath: placeholder === "file" || placeholder === "directory",
    isSecret: SECRETS.includes(attribute),
    description: option.negate ? "keep the manager's history (true)" : option.description,
  };
}

/** A proxy's table has a name, as everything else that a file holds several of, and a table of labels. */
const NAMES: Record<string, string> = { id: "name", label: "labels" };

function variableOf(name: string): string {
  return `RUSTPROXY_${name.toUpperCase()}`;
}

function schemaOf(option: Option, placeholder: string | undefined): z.ZodType<Given> {
  if (placeholder === undefined) return z.boolean();
  const schema = VALUES[placeholder];
  if (!schema) throw new Error(`No file can hold what ${option.flags} needs`);
  return option.optional ? z.union([z.boolean(), schema]) : schema;
}

/** Their order counts, among all of them: so they are one list. */
function accessKey(): Key {
  return {
    name: "access",
    flags: [...ACCESS_FLAGS],
    attribute: "access",
    variable: variableOf("access"),
    of: ["proxy"],
    schema: z.union([accessRule, z.array(accessRule)]),
    isList: true,
    isSwitch: false,
    isOn: false,
    isPath: false,
    isSecret: false,
    description: "rules of access in their order, the first match wins: deny 10.1.0.0/16, " +
      "allow 10.0.0.0/8, deny-target *:25",
  };
}

/** What the command line would give for this value of a file; undefined for what is not asked for. */
export function flagValue({ attribute, isList, isOn }: Key, value: Given): Flags[string] {
  if (attribute === "access") return [value].flat().map((rule) => `--${rule}`);
  if (typeof value === "object" && !Array.isArray(value)) return labelTexts(value);
  if (isList) return [value].flat().map(String);
  if (Array.isArray(value)) return value.join(",");
  if (typeof value !== "boolean") return String(value);
  return value || isOn ? value : undefined;
}

/** Labels as the command line would give them. */
export function labelTexts(value: Given): string[] {
  if (typeof value !== "object" || Array.isArray(value)) return [value].flat().map(String);
  return Object.entries(value).map(([name, text]) => `${name}=${text}`);
}
