import { z } from "zod";
import type { Kind } from "../flags.ts";
import { type AlertConfig, alertSchema } from "../manager/alerts/config.ts";
import type { SecretSources } from "../manager/alerts/webhook_schema.ts";
import { type Given, keysOf } from "./keys.ts";

/** Proxies that one file may hold. */
const MAX_PROXIES = 1_000;

/** A table of a file, as it stands there. */
export type Table = Record<string, Given>;

/** What a file holds, as it stands there but for the alerts. */
export interface ConfigFile extends Record<string, unknown> {
  manager?: Table;
  defaults?: Table;
  proxy: Table[];
  alerts?: AlertConfig;
}

/** Keys that only one proxy can have. */
const OF_ONE = ["name", "listen"];

/** What proxies and alerts are called in a file, and in the manager. */
export const NAME = /^[A-Za-z0-9._-]{1,128}$/;
const NAME_EXPECTED = "expected a name of 1 to 128 characters from A-Za-z0-9._-";

/** A configuration file; each table's values are further looked at as those of the flags are. */
export function fileSchema(sources: SecretSources) {
  const { name: _, ...proxy } = tableOf("proxy");
  const name = z.string({ error: () => NAME_EXPECTED }).regex(NAME, { error: () => NAME_EXPECTED })
    .describe("the proxy's name in the manager");
  const defaults = Object.fromEntries(
    Object.entries(proxy).filter(([name]) => !OF_ONE.includes(name)),
  );
  return z.strictObject({
    ...tableOf("config"),
    manager: z.strictObject(tableOf("manager")).optional().describe("the manager of this process"),
    alerts: alertSchema(sources).optional().describe("what the manager watches, as in --alerts"),
    defaults: z.strictObject(defaults).optional().describe(
      "what each proxy has that says no other",
    ),
    proxy: z.array(z.strictObject({ name, ...proxy })).max(MAX_PROXIES).default([])
      .describe("the proxies of this process"),
  });
}

function tableOf(kind: Kind): Record<string, z.ZodOptional<z.ZodType<Given>>> {
  return Object.fromEntries(
    keysOf(kind).map(({ name, schema, description }) => [
      name,
      schema.optional().describe(description),
    ]),
  );
}
