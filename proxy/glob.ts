/** The longest pattern that is taken. */
export const MAX_PATTERN = 200;

/**
 * Whether a text is as the pattern says: `*` stands for anything, the rest for itself, whatever the case. Its time
 * is bounded by the lengths of both, which is not so of a regular expression with many stars.
 */
export function glob(pattern: string): (text: string) => boolean {
  const [first, ...rest] = pattern.toLowerCase().split("*");
  const last = rest.pop();
  if (last === undefined) return (text) => text.toLowerCase() === first;
  const middle = rest.filter((part) => part !== "");
  return (text) => {
    const lower = text.toLowerCase();
    if (!lower.startsWith(first)) return false;
    let at = first.length;
    for (const part of middle) {
      const found = lower.indexOf(part, at);
      if (found < 0) return false;
      at = found + part.length;
    }
    return lower.length - last.length >= at && lower.endsWith(last);
  };
}
