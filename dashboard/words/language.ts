/** Which of the languages that exist a reader gets. Pure. */

/** The first wanted language that exists, by its tag or by its first part; else the first that exists. */
export function pickLanguage<T extends string>(
  wanted: readonly string[],
  existing: readonly [T, ...T[]],
): T {
  for (const tag of wanted) {
    const base = baseOf(tag);
    const found = existing.find((name) => name.toLowerCase() === tag.toLowerCase()) ??
      existing.find((name) => name === base);
    if (found !== undefined) return found;
  }
  return existing[0];
}

/**
 * The locale of numbers and dates beside words of `language`: the reader's own flavour of it, so that
 * 24 hours stay 24 hours, and never another language's month in the middle of a sentence.
 */
export function pickLocale(wanted: readonly string[], language: string): string {
  return wanted.find((tag) => isLocale(tag) && baseOf(tag) === baseOf(language)) ?? language;
}

function baseOf(tag: string): string {
  return tag.split("-")[0].toLowerCase();
}

function isLocale(tag: string): boolean {
  try {
    return Intl.getCanonicalLocales(tag).length === 1;
  } catch {
    return false;
  }
}
