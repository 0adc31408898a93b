import { strict as assert } from "node:assert";
import { parse } from "smol-toml";
import { z } from "zod";
import { readConfig } from "../../config/read.ts";
import { jsonSchemaText, SCHEMA_FILE } from "../support/config_schema.ts";

const schema = z.fromJSONSchema(JSON.parse(jsonSchemaText()));
const accepts = (toml: string) => schema.safeParse(parse(toml)).success;

Deno.test("rustproxy.schema.json is what `deno task schema` writes", async () => {
  const text = await Deno.readTextFile(SCHEMA_FILE);
  assert.equal(text.replaceAll("\r\n", "\n"), jsonSchemaText());
});

Deno.test("The JSON Schema and readConfig accept the README's files", async () => {
  const readme = await Deno.readTextFile(new URL("../../README.md", import.meta.url));
  const examples = [...readme.matchAll(/```toml\n(.*?)```/gs)].map(([, text]) => text)
    .filter((text) => /^\[\[proxy\]\]$/m.test(text));
  assert.ok(examples.length > 0);
  for (const example of examples) {
    assert.ok(accepts(example), example);
    assert.ok("value" in readConfig("README.md", example, () => undefined), example);
  }
});

const WRONG = [
  "log_level = 'loud'",
  "colour = 1",
  "[manager]\nlisten = 80",
  "[manager]\nhistory = 'no'",
  "[manager]\nmode = 'http'",
  "[[proxy]]\nmode = 'http'",
  "[[proxy]]\nname = 'a b'",
  "[[proxy]]\nname = 'a'\nmax_connections = '5'",
  "[[proxy]]\nname = 'a'\ntarget = [1]",
  "[[proxy]]\nname = 'a'\naccess = ['permit ::1']",
  "[[proxy]]\nname = 'a'\nmode = 'ftp'",
  "[defaults]\nname = 'a'",
  "[alerts]\nrule = 5",
];

for (const text of WRONG) {
  Deno.test(`The JSON Schema refuses ${JSON.stringify(text)}`, () => {
    assert.equal(accepts(text), false);
  });
}
