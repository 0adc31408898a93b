/** A table's rows as files. Pure. */
import { type Column, valueOf } from "./columns.ts";

/** One cell; text that a spreadsheet would take for a formula gets an apostrophe in front. */
function cell(value: number | string): string {
  if (typeof value === "number") return Number.isFinite(value) ? String(value) : "";
  const text = /^[=+\-@\t\r]/.test(value) ? `'${value}` : value;
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}

/** These columns of the rows as CSV (RFC 4180) with a header line of their keys. */
export function toCsv<R>(columns: readonly Column<R>[], rows: Iterable<R>): string {
  const lines = [columns.map(({ key }) => cell(key)).join(",")];
  for (const row of rows) {
    lines.push(columns.map((column) => cell(valueOf(column, row))).join(","));
  }
  return lines.join("\r\n") + "\r\n";
}

/** The same as a JSON array of objects. */
export function toJson<R>(columns: readonly Column<R>[], rows: Iterable<R>): string {
  const objects = Array.from(
    rows,
    (row) => Object.fromEntries(columns.map((column) => [column.key, valueOf(column, row)])),
  );
  return JSON.stringify(objects, null, 1) + "\n";
}
