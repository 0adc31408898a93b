import { strict as assert } from "node:assert";
import {
  createFormat,
  type Format,
  formatClient,
  type FormatOptions,
  type Quantity,
  visible,
} from "../../dashboard/format.ts";

const OPTIONS: FormatOptions = { locale: "en", timeZone: "UTC", rates: "bytes", units: "decimal" };
const format = createFormat(OPTIONS);
const other = (changes: Partial<FormatOptions>): Format => createFormat({ ...OPTIONS, ...changes });
const text = ({ value, unit }: Quantity) => `${value} ${unit}`;

function table<I, O>(run: (input: I) => O, rows: [I, O][]): void {
  for (const [input, expected] of rows) assert.deepEqual(run(input), expected, String(input));
}

Deno.test("Format writes bytes with three digits and a decimal unit", () => {
  table((n: number) => text(format.bytes(n)), [
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

Deno.test("Format writes bytes in powers of 1,024 for who wants that", () => {
  table((n: number) => text(other({ units: "binary" }).bytes(n)), [
    [1000, "1,000 B"],
    [1023, "1,023 B"],
    [1024, "1.00 KiB"],
    [1_234_567, "1.18 MiB"],
    [1023 * 1024, "1,023 KiB"],
    [1023.6 * 1024, "1.00 MiB"],
    [1.5 * 1024 ** 4, "1.50 TiB"],
  ]);
});

Deno.test("Format follows the locale", () => {
  assert.equal(other({ locale: "de" }).bytes(1_234_567).value, "1,23");
});

Deno.test("Format writes rates in bytes or in bits", () => {
  assert.equal(text(format.rate(2_400_000)), "2.40 MB/s");
  assert.equal(text(other({ rates: "bits" }).rate(2_400_000)), "19.2 Mbit/s");
  assert.equal(text(other({ rates: "bits", units: "binary" }).rate(131_072)), "1.00 Mibit/s");
  assert.deepEqual(other({ rates: "bits" }).rateScale, { factor: 8, base: 1000 });
});

Deno.test("Format tells which form of a noun goes with a number", () => {
  assert.deepEqual(format.counted(1), { text: "1", form: "one" });
  assert.deepEqual(format.counted(4120), { text: "4,120", form: "other" });
  assert.equal(other({ locale: "pl" }).counted(3).form, "few");
});

Deno.test("Format writes moments in the reader's time zone", () => {
  const at = Date.UTC(2026, 10, 23, 14, 5, 9);
  assert.equal(other({ locale: "en-GB" }).clock(at), "14:05");
  assert.equal(other({ locale: "en-GB", timeZone: "Asia/Kolkata" }).clock(at, true), "19:35:09");
  assert.equal(other({ locale: "en-GB", timeZone: "Asia/Kolkata" }).moment(at), "23 Nov, 19:35");
  assert.equal(other({ locale: "en-GB", timeZone: "Pacific/Auckland" }).day(at), "24 Nov");
  assert.match(other({ timeZone: "Pacific/Auckland" }).exact(at / 1000), /Nov 24, 2026/);
  assert.equal(other({ timeZone: "Pacific/Auckland" }).zone, "Pacific/Auckland");
});

Deno.test("Format groups whole numbers", () => {
  table((n: number) => format.count(n), [[0, "0"], [4120, "4,120"], [1.6, "2"]]);
});

Deno.test("Format of a percentage never rounds what there is to zero", () => {
  table((n: number) => format.percent(n), [
    [0, "0 %"],
    [0.01, "< 0.1 %"],
    [2.13, "2.1 %"],
    [100, "100 %"],
  ]);
});

Deno.test("Format names a duration's two largest parts", () => {
  table(format.duration, [
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

Deno.test("Format writes a span in one part", () => {
  table(format.span, [[-3, "0 s"], [12.9, "12 s"], [250, "4 min"], [86_400, "1 day"]]);
});

Deno.test("Format says how long ago", () => {
  table(format.age, [
    [-3, "just now"],
    [0.5, "just now"],
    [12.9, "12 s ago"],
    [250, "4 min ago"],
    [3 * 3600 + 5, "3 h ago"],
    [86_400, "1 day ago"],
    [200_000, "2 days ago"],
  ]);
});

Deno.test("Format is empty for a time that is not known", () => {
  assert.equal(format.exact(0), "");
  assert.equal(format.exact(1e300), "");
  assert.match(format.exact(1_800_000_000), /2027/);
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
