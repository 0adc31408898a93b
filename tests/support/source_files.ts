export const ROOT = new URL("../../", import.meta.url);

/** The files below `folder` whose names end in .ts or .tsx, relative to the project's root. */
export async function sourceFiles(folder: string): Promise<string[]> {
  const found: string[] = [];
  for await (const entry of Deno.readDir(new URL(folder, ROOT))) {
    if (entry.isDirectory && entry.name !== "dist") {
      found.push(...await sourceFiles(`${folder}${entry.name}/`));
    } else if (/\.tsx?$/.test(entry.name)) found.push(folder + entry.name);
  }
  return found.sort();
}

/** True if the project's root holds a file of this name. */
export function exists(name: string): boolean {
  try {
    return Deno.statSync(new URL(name, ROOT)).isFile;
  } catch {
    return false;
  }
}

/** Lines of the files that `pattern` finds, as file:line. */
export async function linesIn(files: string[], pattern: RegExp): Promise<string[]> {
  const found: string[] = [];
  for (const file of files) {
    const lines = (await Deno.readTextFile(new URL(file, ROOT))).split("\n");
    lines.forEach((line, i) => pattern.test(line) && found.push(`${file}:${i + 1}: ${line}`));
  }
  return found;
}

/** How many lines a file has. */
export async function lineCount(file: string): Promise<number> {
  return (await Deno.readTextFile(new URL(file, ROOT))).split("\n").length - 1;
}
