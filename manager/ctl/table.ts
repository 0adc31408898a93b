import { escapeControls } from "../../log.ts";

export type Cell = string | number;

/** Columns as wide as their longest cell, numbers to the right; nothing in a cell reaches the terminal as a command. */
export function formatTable(header: readonly string[], rows: readonly Cell[][]): string {
  const lines = [header, ...rows].map((row) => row.map((cell) => escapeControls(String(cell))));
  const widths = header.map((_, i) => Math.max(...lines.map((line) => line[i].length)));
  const isNumber = header.map((_, i) =>
    rows.length > 0 && rows.every((row) => typeof row[i] === "number")
  );
  return lines.map((line) =>
    line.map((cell, i) => isNumber[i] ? cell.padStart(widths[i]) : cell.padEnd(widths[i]))
      .join("  ").trimEnd()
  ).join("\n");
}

const UNITS = ["B", "kB", "MB", "GB", "TB", "PB"];

/** Bytes to three digits, in powers of 1,000. */
export function bytesText(bytes: number): string {
  let value = bytes;
  let unit = 0;
  while (value >= 999.5 && unit < UNITS.length - 1) {
    value /= 1000;
    unit++;
  }
  const digits = unit === 0 || value >= 99.95 ? 0 : value >= 9.995 ? 1 : 2;
  return `${value.toFixed(digits)} ${UNITS[unit]}`;
}

/** Seconds to two parts: `3d 4h`, `12s`. */
export function durationText(seconds: number): string {
  const parts: [number, string][] = [[86_400, "d"], [3_600, "h"], [60, "m"], [1, "s"]];
  let rest = Math.max(0, Math.floor(seconds));
  const texts: string[] = [];
  for (const [size, unit] of parts) {
    const n = Math.floor(rest / size);
    rest -= n * size;
    if (n > 0 || (unit === "s" && texts.length === 0)) texts.push(`${n}${unit}`);
    if (texts.length === 2 || (texts.length === 1 && n === 0)) break;
  }
  return texts.join(" ");
}
