import type { z } from "zod";
import type { LogSettings } from "../log.ts";
import { secretsBeside } from "../manager/alerts/config.ts";
import { SECRET_KEYS } from "../manager/alerts/webhook_schema.ts";
import type { ManagerOptions } from "../manager/options.ts";
import { formatAddress } from "../proxy/net/address.ts";
import type { ProxyOptions } from "../proxy/options.ts";
import type { TomlPath } from "../proxy/toml/lines.ts";
import { readToml, type TomlProblem } from "../proxy/toml/read.ts";
import { type Environment, type Variable, VariableError, variablesOf } from "./environment.ts";
import { type ConfigFile, fileSchema, NAME } from "./file_schema.ts";
import { type Key, keys, keysOf } from "./keys.ts";
import { sharedAddresses } from "./shared_addresses.ts";
import {
  type Part,
  readManager,
  readProxy,
  type Source,
  type Surroundings,
  VARIABLES_OF_ONE,
} from "./tables.ts";
import type { Entry, Wrong } from "./wording.ts";

/** What a file and the environment come to. */
export interface Config {
  log: LogSettings;
  manager: ManagerOptions | null;
  /** By name, in the order of the file. */
  proxies: ReadonlyMap<string, ProxyOptions>;
  /** What holds of each table, for {@link printConfig}; the alerts as they stand in the file. */
  tables: { manager: Entry[] | null; proxies: Entry[][]; alerts: unknown };
}

type Issue = z.core.$ZodIssue;
type Raw = Record<string, unknown>;

/** Reads a configuration file's text, and the files that it names; or everything that is wrong with them. */
export function readConfig(
  file: string,
  text: string,
  env: Environment,
): { value: Config } | { problems: TomlProblem[] } {
  const schema = fileSchema(secretsBeside(file));
  const secrets = keys().filter(({ isSecret }) => isSecret).map(({ name }) => name);
  return readToml<Config>(text, {
    file,
    schema: schema as unknown as z.ZodType<Config>,
    secrets: [...secrets, ...SECRET_KEYS],
    nameOf,
    read: (parsed) => {
      const result = schema.safeParse(parsed);
      const read = new Reader(parsed as Raw, result.error?.issues ?? [], file, env).read();
      if ("issues" in read) return { success: false, error: read };
      const { alerts = null } = result.data as ConfigFile;
      if (read.manager && alerts) read.manager.alerts = alerts;
      return { success: true, data: read };
    },
  });
}

class Reader {
  readonly #raw: Raw;
  readonly #issues: Issue[];
  readonly #env: Environment;
  readonly #around: Record<"manager" | "proxy", Surroundings>;

  constructor(raw: Raw, issues: readonly Issue[], file: string, env: Environment) {
    this.#raw = raw;
    this.#issues = [...issues];
    this.#env = env;
    const around = (kind: "manager" | "proxy"): Surroundings => {
      const keys = keysOf(kind);
      return { file, env, keys, variables: this.#variables(keys) };
    };
    this.#around = { manager: around("manager"), proxy: around("proxy") };
  }

  #variables(keys: readonly Key[]): Variable[] {
    try {
      return variablesOf(keys, this.#env);
    } catch (error) {
      if (!(error instanceof VariableError)) throw error;
      this.#add({ path: [], message: error.message });
      return [];
    }
  }

  read(): Config | { issues: Issue[] } {
    const { manager: managerTable, alerts } = this.#raw;
    const manager = this.#manager();
    const proxies = this.#proxies();
    this.#checkAround(manager, proxies.length);
    const listening = [
      ...manager?.options ? [{ name: "the manager", path: ["manager"], part: manager }] : [],
      ...proxies.map(({ name, path, part }) => ({ name: `proxy ${name}`, path, part })),
    ];
    for (const { path, message } of sharedAddresses(listening)) {
      this.#add({ path, message });
    }
    if (managerTable === undefined && alerts !== undefined) {
      this.#add({ path: ["alerts"], message: "expected [manager] beside it, which watches them" });
    }
    if (this.#issues.length > 0) return { issues: this.#issues };
    const { log_level: level = null, log_format: format = null } = this.#raw;
    return {
      log: { level, format } as LogSettings,
      manager: manager?.options ?? null,
      proxies: new Map(proxies.map(({ name, part }) => [name, part.options!])),
      tables: {
        manager: manager?.entries ?? null,
        proxies: proxies.map(({ part }) => part.entries),
        alerts,
      },
    };
  }

  #manager(): Part<ManagerOptions> | null {
    const source = this.#source(["manager"], this.#raw.manager);
    if (!source) return null;
    const part = readManager(source, this.#around.manager);
    for (const wrong of part.wrong) this.#add(wrong);
    if (this.#raw.alerts !== undefined && source.table.alerts !== undefined) {
      const message = "expected either a file of alerts here or [alerts]";
      this.#add({ path: ["manager", "alerts"], message });
    }
    return part;
  }

  #proxies(): { name: string; path: TomlPath; part: Part<ProxyOptions> }[] {
    const { proxy, defaults } = this.#raw;
    const common = this.#source(["defaults"], defaults) ?? { path: ["defaults"], table: {} };
    const known = new Set<string>();
    const tables = Array.isArray(proxy) ? proxy : [];
    return tables.flatMap((table, at) => {
      const source = this.#source(["proxy", at], table);
      if (!source) return [];
      const { path } = source;
      const name = String(source.table.name);
      if (known.has(name)) {
        this.#add({ path: [...path, "name"], message: "expected a name that no other proxy has" });
      }
      if (source.table.name !== undefined) known.add(name);
      if (!this.#hasMode(source, common)) return [];
      const part = readProxy(source, common, this.#around.proxy);
      for (const wrong of part.wrong) this.#add(wrong);
      return [{ name, path, part }];
    });
  }

  #hasMode({ path, table }: Source, common: Source): boolean {
    if (table.mode !== undefined || common.table.mode !== undefined) return true;
    const isBad = this.#issues.some((issue) => issue.path.at(-1) === "mode");
    if (!isBad) this.#add({ path: [...path, "mode"], message: "expected a mode, found nothing" });
    return false;
  }

  #checkAround(manager: unknown, proxies: number): void {
    if (!manager && proxies === 0 && this.#issues.length === 0) {
      this.#add({ path: [], message: "expected [manager], [[proxy]] or both, found neither" });
    }
    for (const { attribute, variable } of keys()) {
      if (!VARIABLES_OF_ONE.includes(attribute) || !this.#env(variable)) continue;
      const message = `expected no ${variable} in the environment, for it cannot be for all tables`;
      this.#add({ path: [], message });
    }
  }

  /** A table with its values that are of the right type; null for what is no table. */
  #source(path: TomlPath, value: unknown): Source | null {
    if (typeof value !== "object" || value === null || Array.isArray(value)) return null;
    const bad = this.#issues.filter((issue) => path.every((part, at) => issue.path[at] === part))
      .map((issue) => issue.path[path.length]);
    const right = Object.entries(value).filter(([name]) => !bad.includes(name));
    return { path, table: Object.fromEntries(right) };
  }

  /** One for the same thing said of the same place: a default may be wrong for several proxies. */
  #add({ path, message }: Wrong): void {
    const same = (issue: Issue) =>
      issue.message === message && issue.path.join("\0") === path.join("\0");
    if (this.#issues.some(same)) return;
    this.#issues.push({
      code: "custom",
      path: [...path],
      message,
      params: { whole: true },
      input: undefined,
    });
  }
}

/** `proxy "edge" max_connections`, or null where no table is meant. */
function nameOf(path: TomlPath, parsed: unknown): string | null {
  const [kind, ...rest] = path;
  if (kind === "proxy" && typeof rest[0] === "number") {
    const table = ((parsed as Raw).proxy as Raw[])[rest[0]] ?? {};
    const isNamed = typeof table.name === "string" && NAME.test(table.name);
    const which = isNamed ? JSON.stringify(table.name) : `${rest[0] + 1}`;
    const [key, ...inner] = rest.slice(1);
    if (key === undefined) return `proxy ${which}`;
    const place = inner.map((part) => typeof part === "number" ? `[${part}]` : ` ${String(part)}`);
    return `proxy ${which} ${String(key)}${place.join("")}`;
  }
  const isTable = (kind === "manager" || kind === "defaults") && rest.length === 1;
  return isTable && /^[\w-]{1,64}$/.test(String(rest[0])) ? `${kind} ${String(rest[0])}` : null;
}

/** As it is said of a configuration. */
export function describeConfig({ manager, proxies }: Config): string {
  const count = `${proxies.size} ${proxies.size === 1 ? "proxy" : "proxies"}`;
  if (!manager) return count;
  return `a manager on ${formatAddress(manager.listen)} and ${count}`;
}
