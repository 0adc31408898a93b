import type { Context } from "hono";
import { accepts } from "hono/accepts";

/** One cell; text that a spreadsheet would take for a formula gets an apostrophe in front. */
function cell(value: unknown): string {
  if (typeof value !== "string") return String(value ?? "");
  const text = /^[=+\-@\t\r]/.test(value) ? `'${value}` : value;
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}

/** Rows as CSV (RFC 4180) with a header line; `columns` names their fields. */
export function toCsv<C extends string>(
  columns: readonly C[],
  rows: readonly { [Column in C]?: unknown }[],
): string {
  const lines = rows.map((row) => columns.map((column) => cell(row[column])).join(","));
  return [columns.join(","), ...lines, ""].join("\r\n");
}

/** True if the request asks for CSV: by `format`, and where that is not given by its Accept header. */
export function wantsCsv(c: Context, format: "json" | "csv" | undefined): boolean {
  if (format !== undefined) return format === "csv";
  const supports = ["application/json", "text/csv"];
  return accepts(c, { header: "Accept", supports, default: "application/json" }) === "text/csv";
}

/** The headers of a reply in CSV that a browser saves under this name. */
export function csvHeaders(name: string): Record<string, string> {
  return {
    "Content-Type": "text/csv; charset=utf-8; header=present",
    "Content-Disposition": `attachment; filename="${name}.csv"`,
  };
}
