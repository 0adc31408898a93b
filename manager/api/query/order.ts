import { z } from "@hono/zod-openapi";
import type { SortField } from "./ranking.ts";

const MAX_FIELDS = 4;

/** A parameter with fields to sort by, commas between, `-` before one that descends. */
export function orderParameter<F extends string>(fields: readonly F[]) {
  return z.string().max(200).transform((text, context): SortField<F>[] => {
    const names = text.split(",");
    const order = names.map((name) => ({
      field: name.replace(/^-/, "") as F,
      descending: name.startsWith("-"),
    }));
    const known = order.every(({ field }) => fields.includes(field));
    const distinct = new Set(order.map(({ field }) => field)).size === order.length;
    if (known && distinct && order.length <= MAX_FIELDS) return order;
    context.addIssue(`expected up to ${MAX_FIELDS} different ones of ${fields.join(", ")}`);
    return z.NEVER;
  }).openapi({
    type: "string",
    description: `up to ${MAX_FIELDS} of ${
      fields.join(", ")
    }, with commas between; -field descends`,
  });
}

/** The same order as text. */
export function orderText(order: readonly SortField[]): string {
  return order.map(({ field, descending }) => (descending ? "-" : "") + field).join(",");
}
