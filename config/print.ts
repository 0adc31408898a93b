import { stringify } from "smol-toml";
import { SECRET_KEYS } from "../manager/alerts/webhook_schema.ts";
import { keys, labelTexts } from "./keys.ts";
import type { Config } from "./read.ts";
import type { Entry } from "./wording.ts";

const HIDDEN = "***";

/** A configuration as a file that says the same, without the secrets: what no key says is as usual. */
export function printConfig({ log, tables }: Config): string {
  const { manager, proxies, alerts } = tables;
  return stringify({
    ...log.level === null ? {} : { log_level: log.level },
    ...log.format === null ? {} : { log_format: log.format },
    ...manager ? { manager: tableOf(manager) } : {},
    ...alerts === undefined ? {} : { alerts: withoutSecrets(alerts) },
    ...proxies.length === 0 ? {} : { proxy: proxies.map(tableOf) },
  });
}

function tableOf(entries: readonly Entry[]): Record<string, unknown> {
  // A name first, and then as in the help.
  const order = ["name", ...keys().map(({ name }) => name)];
  const place = ({ key }: Entry) => order.indexOf(key.name);
  const sorted = entries.toSorted((a, b) => place(a) - place(b));
  return Object.fromEntries(sorted.map(({ key, value, path }) => {
    if (key.isSecret) return [key.name, Array.isArray(value) ? value.map(() => HIDDEN) : HIDDEN];
    if (key.attribute === "label") {
      return [
        key.name,
        Object.fromEntries(labelTexts(value).map((text) => text.split(/=(.*)/s, 2))),
      ];
    }
    // In the environment every value is a text.
    const isText = path === null && typeof value === "string";
    if (!isText || key.schema.safeParse(value).success) return [key.name, value];
    return [key.name, Number(value)];
  }));
}

function withoutSecrets(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(withoutSecrets);
  if (typeof value !== "object" || value === null || value instanceof Date) return value;
  return Object.fromEntries(
    Object.entries(value).map(([name, inner]) => [
      name,
      SECRET_KEYS.includes(name) ? HIDDEN : withoutSecrets(inner),
    ]),
  );
}
