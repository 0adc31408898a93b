import { strict as assert } from "node:assert";
import { bytesText, durationText, formatTable } from "../../../manager/ctl/table.ts";

Deno.test("formatTable lines columns up, numbers to the right, and lets no cell command the terminal", () => {
  assert.equal(
    formatTable(["NAME", "N"], [["a", 1], ["b\u001b[2J\nc", 100]]),
    "NAME                 N\na                    1\nb\\u001b[2J\\u000ac  100",
  );
  assert.equal(formatTable(["NAME", "N"], []), "NAME  N");
});

Deno.test("bytesText gives three digits, durationText two parts", () => {
  const sizes: [number, string][] = [
    [0, "0 B"],
    [999, "999 B"],
    [1000, "1.00 kB"],
    [12_345, "12.3 kB"],
    [999_499, "999 kB"],
    [999_500, "1.00 MB"],
    [1.5e9, "1.50 GB"],
    [1e18, "1000 PB"],
  ];
  for (const [bytes, text] of sizes) assert.equal(bytesText(bytes), text);
  const times: [number, string][] = [
    [0, "0s"],
    [59.9, "59s"],
    [60, "1m"],
    [3_725, "1h 2m"],
    [86_400 * 3 + 5, "3d"],
    [90_061, "1d 1h"],
  ];
  for (const [seconds, text] of times) assert.equal(durationText(seconds), text);
});
