/** How a manager's version stands to the page's. Pure. */
export type VersionGap = "same" | "older" | "newer" | "unknown";

/** Whether the manager is older or newer than the page; `1.2.10` is newer than `1.2.9`, and than `1.2.10-rc`. */
export function versionGap(manager: string, page: string): VersionGap {
  if (manager === "" || page === "") return "unknown";
  const [a, b] = [manager, page].map(parts);
  for (let i = 0; i < 3; i++) {
    const difference = (a.numbers[i] ?? 0) - (b.numbers[i] ?? 0);
    if (difference !== 0) return difference < 0 ? "older" : "newer";
  }
  if (a.rest === b.rest) return "same";
  // What comes before a release has a word behind its numbers.
  if (a.rest === "" || b.rest === "") return a.rest === "" ? "newer" : "older";
  return a.rest < b.rest ? "older" : "newer";
}

function parts(version: string) {
  const [, numbers = "", rest = ""] = /^v?([\d.]*)(.*)$/s.exec(version) ?? [];
  return { numbers: numbers.split(".").map(Number), rest };
}
