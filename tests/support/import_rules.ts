import type { Import } from "./import_graph.ts";

/** Who may import what; the longest name that fits a file is its rule. */
export interface Rules {
  /** Files and folders by the same; a folder may import itself, `type:` allows types alone. */
  mayImport: Record<string, string[]>;
  packages: Record<string, string[]>;
  /** Files that do no input and output, and the modules that they may use. */
  pure: RegExp;
  pureModules: RegExp;
}

function ruleFor<T>(rules: Record<string, T>, file: string): [name: string, rule: T] | undefined {
  const fits = (name: string) => name.endsWith("/") || name === "" ? file.startsWith(name) : false;
  return Object.entries(rules)
    .filter(([name]) => name === file || fits(name))
    .sort(([a], [b]) => b.length - a.length)[0];
}

/** Whether `to` is one of `names`, or stands in a folder that is. */
function isAmong(names: string[], to: string): boolean {
  return names.some((name) => name.endsWith("/") ? to.startsWith(name) : to === name);
}

function mayImport({ mayImport, packages }: Rules, { from, to, typeOnly }: Import): boolean {
  if (to.startsWith("node:")) return !from.startsWith("dashboard/");
  if (to.startsWith("npm:")) return ruleFor(packages, from)![1].includes(to.slice("npm:".length));
  const found = ruleFor(mayImport, from);
  if (found === undefined) return false;
  const [name, allowed] = found;
  const types = allowed.filter((to) => to.startsWith("type:")).map((to) => to.slice(5));
  return isAmong([...allowed, ...(name.endsWith("/") ? [name] : [])], to) ||
    (typeOnly && isAmong(types, to));
}

function impurity({ pure, pureModules }: Rules, { from, to, typeOnly }: Import): boolean {
  return pure.test(from) && !typeOnly && !pure.test(to) && !pureModules.test(to);
}

/** One line for every import that a rule forbids. */
export function violationsOf(rules: Rules, graph: Import[]): string[] {
  const line = ({ from, to, typeOnly }: Import) => `${from} → ${to}${typeOnly ? " (types)" : ""}`;
  return [
    ...graph.filter((edge) => !mayImport(rules, edge)).map(line),
    ...graph.filter((edge) => impurity(rules, edge)).map((edge) => `${line(edge)} in a pure file`),
  ].sort();
}
