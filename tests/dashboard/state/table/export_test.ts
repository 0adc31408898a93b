import { strict as assert } from "node:assert";
import type { Column } from "../../../../dashboard/state/table/columns.ts";
import { toCsv, toJson } from "../../../../dashboard/state/table/export.ts";

type Row = [text: string, n: number];

const COLUMNS: Column<Row>[] = [
  { key: "target", title: "Target", text: ([text]) => text },
  { key: "bytes", title: "Bytes", text: ([, n]) => `${n} B`, value: ([, n]) => n, number: true },
];

Deno.test("toCsv writes values, quotes what needs it, and lets no text become a formula", () => {
  const table: [text: string, cell: string][] = [
    ["plain", "plain"],
    ['say "hi"', '"say ""hi"""'],
    ["a,b", '"a,b"'],
    ["two\r\nlines", '"two\r\nlines"'],
    ["=cmd|' /C calc'!A0", "'=cmd|' /C calc'!A0"],
    ["+1", "'+1"],
    ["-1", "'-1"],
    ["@SUM(A1)", "'@SUM(A1)"],
    ["\tx", "'\tx"],
    ['=HYPERLINK("http://x","y")', `"'=HYPERLINK(""http://x"",""y"")"`],
    ["<script>", "<script>"],
  ];
  for (const [text, cell] of table) {
    assert.equal(toCsv(COLUMNS, [[text, 5]]), `target,bytes\r\n${cell},5\r\n`);
  }
  assert.equal(toCsv(COLUMNS, [["x", -5], ["y", NaN]]), "target,bytes\r\nx,-5\r\ny,\r\n");
});

Deno.test("toJson writes the same columns of the same rows", () => {
  const json = toJson(COLUMNS, [['"<=', 5], ["é", 6]]);
  assert.deepEqual(JSON.parse(json), [{ target: '"<=', bytes: 5 }, { target: "é", bytes: 6 }]);
  assert.deepEqual(JSON.parse(toJson(COLUMNS.slice(1), [["x", 1]])), [{ bytes: 1 }]);
});
