/** Writes rustproxy.schema.json, by which editors know a configuration file. */
import { z } from "zod";
import { fileSchema } from "../../config/file_schema.ts";

/** Where it is written. */
export const SCHEMA_FILE = new URL("../../config/rustproxy.schema.json", import.meta.url);

/** The text of the JSON Schema of a configuration file (draft 2020-12). */
export function jsonSchemaText(): string {
  const schema = z.toJSONSchema(fileSchema({ env: () => "", readFile: () => "" }), { io: "input" });
  const titled = { title: "The configuration file of rustproxy", ...schema };
  return JSON.stringify(titled, null, 2) + "\n";
}

if (import.meta.main) await Deno.writeTextFile(SCHEMA_FILE, jsonSchemaText());
