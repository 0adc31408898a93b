import { strict as assert } from "node:assert";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { ROOT } from "../../support/import_graph.ts";
import { sourceFiles } from "../../support/source_files.ts";

/** What readers are shown or have read to them. */
const SPOKEN = "aria-label|title|alt|placeholder|label|aria-description|aria-roledescription";

/**
 * Words of a component that stand outside of the catalogue, as far as a look at its text can tell: text
 * between tags, texts of spoken attributes, and whole sentences in quotes.
 */
function literalsOf(source: string): string[] {
  const text = source
    .replace(/\/\*[\s\S]*?\*\//g, "")
    .replace(/(^|[^:])\/\/.*$/gm, "$1")
    .replace(/^import .*$/gm, "");
  const between = [...text.matchAll(/>([^<>{}=;()]*[A-Za-z]{2,}[^<>{}=;()]*)<\//g)];
  const lines = [...text.matchAll(/^\s+([A-Z][a-z]+(?: [a-z]+)*[.:]?)$/gm)];
  const spoken = [...text.matchAll(new RegExp(`\\b(?:${SPOKEN})="([^"]*[A-Za-z]{2,}[^"]*)"`, "g"))];
  const sentences = [...text.matchAll(/["'`]([A-Z][a-z]+(?: [A-Za-z]+){2,}[^"'`]*)["'`]/g)];
  return [...between, ...lines, ...spoken, ...sentences].map(([, words]) => words.trim());
}

Deno.test("No component says a word that is not in the catalogue", async () => {
  const files = [
    ...await sourceFiles("dashboard/components/"),
    ...await sourceFiles("dashboard/chart/"),
    ...await sourceFiles("dashboard/state/"),
    ...await sourceFiles("dashboard/api/"),
  ];
  assert.ok(files.length > 50);
  const found: string[] = [];
  for (const file of files) {
    const source = await Deno.readTextFile(join(fileURLToPath(ROOT), file));
    const thrown = source.replace(/(new \w*Error|super)\([^;]*;/g, "");
    for (const words of literalsOf(thrown)) found.push(`${file}: ${words}`);
  }
  assert.deepEqual(found, []);
});

Deno.test("literalsOf finds what is said outside of the catalogue", () => {
  const said = [
    ["<p>No proxy yet</p>", "No proxy yet"],
    ["<p>\n  Hello there.\n  {name}\n</p>", "Hello there."],
    ['<input aria-label="Filter proxies" />', "Filter proxies"],
    ['const text = "Cannot reach the manager";', "Cannot reach the manager"],
    ["toasts.done(`Closed ten connections of ${name}`);", "Closed ten connections of ${name}"],
  ];
  for (const [source, words] of said) assert.deepEqual(literalsOf(source), [words], source);
  const unsaid = [
    '<p class="font-medium text-muted">{words.shared.none}</p>',
    "// Nobody is told of them.\nconst a = 1;",
    '<kbd role="status">{key}</kbd>',
    "const pending = (a: number): Promise<void> => run(a);",
  ];
  for (const source of unsaid) assert.deepEqual(literalsOf(source), [], source);
});
