import { strict as assert } from "node:assert";
import {
  formatAge,
  formatBytes,
  formatClient,
  formatCount,
  formatDuration,
  formatExact,
  formatPercent,
  formatRate,
  formatSpan,
  visible,
} from "../../dashboard/format.ts";

function table<I, O>(run: (input: I) => O, rows: [I, O][]): void {
  for (const [input, expected] of rows) assert.deepEqual(run(input), expected, String(input));
}

Deno.test("formatBytes writes three digits and a decimal unit", () => {
  table((n: number) => Object.values(formatBytes(n, "en")).join(" "), [
    [0, "0 B"],
    [1, "1 B"],
    [999, "999 B"],
    [999.6, "1.00 kB"],
    [1000, "1.00 kB"],
    [1_234_567, "1.23 MB"],
    [84_000_000, "84.0 MB"],
    [999_499, "999 kB"],
    [999_500, "1.00 MB"],
    [999_950_000_000, "1.00 TB"],
    [1.2e15, "1.20 PB"],
    [Number.MAX_SAFE_INTEGER, "9.01 PB"],
    [5e21, "5,000 EB"],
    [-5, "0 B"],
  ]);
});

Deno.test("formatBytes follows the locale", () => {
  assert.equal(formatBytes(1_234_567, "de").value, "1,23");
});

Deno.test("formatRate adds the second", () => {
  assert.deepEqual(formatRate(2_400_000, "en"), { value: "2.40", unit: "MB/s" });
});

Deno.test("formatCount groups whole numbers", () => {
  table((n: number) => formatCount(n, "en"), [[0, "0"], [4120, "4,120"], [1.6, "2"]]);
});

Deno.test("formatPercent never rounds what there is to zero", () => {
  table((n: number) => formatPercent(n, "en"), [
    [0, "0 %"],
    [0.01, "< 0.1 %"],
    [2.13, "2.1 %"],
    [100, "100 %"],
  ]);
});

Deno.test("formatDuration names the two largest parts", () => {
  table(formatDuration, [
    [-1, "0 s"],
    [0.9, "0 s"],
    [42, "42 s"],
    [60, "1 min"],
    [243, "4 min 3 s"],
    [3600, "1 h"],
    [7500, "2 h 5 min"],
    [86_400, "1 d"],
    [273_600 + 3599, "3 d 4 h"],
  ]);
});

Deno.test("formatSpan writes a span in one part", () => {
  table(formatSpan, [[-3, "0 s"], [12.9, "12 s"], [250, "4 min"], [86_400, "1 day"]]);
});

Deno.test("formatAge says how long ago", () => {
  table(formatAge, [
    [-3, "just now"],
    [0.5, "just now"],
    [12.9, "12 s ago"],
    [250, "4 min ago"],
    [3 * 3600 + 5, "3 h ago"],
    [86_400, "1 day ago"],
    [200_000, "2 days ago"],
  ]);
});

Deno.test("formatExact is empty for a time that is not known", () => {
  assert.equal(formatExact(0, "en"), "");
  assert.equal(formatExact(1e300, "en"), "");
  assert.match(formatExact(1_800_000_000, "en"), /2027/);
});

Deno.test("formatClient puts IPv6 in brackets", () => {
  assert.equal(formatClient("192.0.2.1", 80), "192.0.2.1:80");
  assert.equal(formatClient("2001:db8::1", 80), "[2001:db8::1]:80");
});

Deno.test("visible spells out what hides or reorders, and nothing else", () => {
  table(visible, [
    ["example.com:443", "example.com:443"],
    ["\u202Egnp.exe", "‹U+202E›gnp.exe"],
    ["a\u0000b\u200Fc\u2066d\uFEFF", "a‹U+0000›b‹U+200F›c‹U+2066›d‹U+FEFF›"],
    ["naïve 日本 עברית 😀", "naïve 日本 עברית 😀"],
    ["<b>", "<b>"],
  ]);
});
