import { strict as assert } from "node:assert";
import { rateFlag } from "../../proxy/rate.ts";

const rates: [text: string, rate: number][] = [
  ["1000", 1000],
  ["1k", 1000],
  ["512k", 512_000],
  ["10M", 10_000_000],
  ["10m", 10_000_000],
  ["1.5G", 1_500_000_000],
  ["1000G", 1e12],
  ["100Mbit", 12_500_000],
  ["8kbit", 1000],
  ["1gbit", 125_000_000],
  ["8001bit", 1000],
  ["0.1M", 100_000],
];
for (const [text, rate] of rates) {
  Deno.test(`rateFlag takes ${text} for ${rate} bytes a second`, () => {
    assert.equal(rateFlag("--bandwidth").parse(text), rate);
  });
}

const noRates = [
  ...["", "0", "999", "0k", "7kbit", "1001G", "-1M", "+1M", "1e6", "1 M", " 1M", "1M ", "M", "bit"],
  ...["1MB", "1Mb", "1MiB", "1M/s", "1T", "1.M", ".5M", "1,5M", "NaN", "Infinity", "1M\n", "９M"],
  "9".repeat(400),
];
for (const text of noRates) {
  Deno.test(`rateFlag refuses ${JSON.stringify(text.slice(0, 20))} in one line`, () => {
    const result = rateFlag("--bandwidth").safeParse(text);
    assert.equal(result.success, false);
    const { message } = result.error!.issues[0];
    assert.ok(message.startsWith(`Cannot parse --bandwidth ${JSON.stringify(text)}: expected `));
    assert.doesNotMatch(message, /[\r\n]/);
  });
}
