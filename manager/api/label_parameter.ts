import { z } from "@hono/zod-openapi";
import { type Labels, MAX_LABELS, parseLabel } from "../../proxy/stats/labels_record.ts";

/** A parameter that may come several times: `name=value` of labels, all of which are wanted. */
export const labelParameter = z.union([z.string(), z.array(z.string()).max(MAX_LABELS)])
  .default([])
  .transform((given, context): Labels => {
    const labels = new Map<string, string>();
    for (const text of [given].flat()) {
      const label = parseLabel(text);
      const other = typeof label === "string" ? undefined : labels.get(label[0]);
      if (typeof label === "string") context.addIssue(label);
      else if (other !== undefined && other !== label[1]) {
        context.addIssue(`expected one value of ${label[0]}, since no proxy has two`);
      } else labels.set(...label);
    }
    return Object.fromEntries(labels);
  })
  .openapi({
    param: { explode: true, style: "form" },
    type: "array",
    items: { type: "string" },
    description: "only those that have this label, as name=value; several times for several labels",
  });
