import { z } from "zod";
import { type Labels, MAX_LABELS, parseLabel } from "./stats/labels_record.ts";

/** The values of --label as labels, in the order of their names; the issue says which one is wrong. */
export const labelFlag = z.array(z.string()).transform((texts, context): Labels => {
  const labels = new Map<string, string>();
  for (const text of texts) {
    const label = parseLabel(text);
    const problem = typeof label === "string"
      ? label
      : labels.has(label[0])
      ? "expected each name once"
      : null;
    if (problem === null) labels.set(...label as [string, string]);
    else context.addIssue(`Cannot parse --label ${JSON.stringify(text)}: ${problem}`);
  }
  if (labels.size > MAX_LABELS) {
    context.addIssue(`Cannot use --label: expected at most ${MAX_LABELS}, found ${labels.size}`);
  }
  // Whoever writes them in another order says the same.
  return Object.fromEntries([...labels].sort(([a], [b]) => a < b ? -1 : 1));
});
