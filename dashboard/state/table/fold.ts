/** The text without a difference of case, and of the same length, so that places in it are places in the text. */
export function fold(text: string): string {
  const lower = text.toLowerCase();
  if (lower.length === text.length) return lower;
  return Array.from(text, (c) => c.toLowerCase().length === c.length ? c.toLowerCase() : c).join(
    "",
  );
}
