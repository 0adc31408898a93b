import { fileURLToPath } from "node:url";
import { ROOT } from "./source_files.ts";

export { ROOT };

/** One import: paths are relative to the project's root, a package is `npm:name`. */
export interface Import {
  from: string;
  to: string;
  /** Gone when the program runs: `import type`. */
  typeOnly: boolean;
}

interface Resolved {
  specifier?: string;
}

interface Info {
  modules: {
    specifier: string;
    dependencies?: { specifier: string; code?: Resolved; type?: Resolved }[];
  }[];
}

/** Every import that Deno follows from `entries`, each once. */
export async function readImports(entries: string[]): Promise<Import[]> {
  const found = new Map<string, Import>();
  for (const { modules } of await Promise.all(entries.map(readInfo))) {
    for (const { specifier, dependencies = [] } of modules) {
      if (!specifier.startsWith(ROOT.href)) continue;
      for (const { specifier: written, code, type } of dependencies) {
        const to = nameOf(code?.specifier ?? type?.specifier ?? written);
        const edge = { from: nameOf(specifier), to, typeOnly: code === undefined };
        found.set(`${edge.from} ${to} ${edge.typeOnly}`, edge);
      }
    }
  }
  return [...found.values()];
}

async function readInfo(entry: string): Promise<Info> {
  const command = new Deno.Command(Deno.execPath(), {
    args: ["info", "--quiet", "--json", entry],
    cwd: fileURLToPath(ROOT),
    env: { NO_COLOR: "1" },
  });
  const { success, stdout, stderr } = await command.output();
  if (!success) {
    throw new Error(`Cannot read the imports of ${entry}: ${new TextDecoder().decode(stderr)}`);
  }
  return JSON.parse(new TextDecoder().decode(stdout));
}

function nameOf(specifier: string): string {
  if (specifier.startsWith(ROOT.href)) return specifier.slice(ROOT.href.length);
  return specifier.replace(/^npm:\/?((?:@[^/@]+\/)?[^/@]+).*$/, "npm:$1");
}
