import { strict as assert } from "node:assert";
import { proxyOptionsSchema } from "../../../proxy/options.ts";

const parse = (flags: Record<string, string>) =>
  proxyOptionsSchema.safeParse({ mode: "http", ...flags });

for (
  const [title, flags, interval, bandwidth] of [
    ["has its defaults", {}, 5, 1_000_000],
    ["takes bits", { reportBandwidth: "10Mbit" }, 5, 10_000_000],
    ["takes bytes", { reportBandwidth: "64k" }, 5, 512_000],
    ["takes the least", { reportBandwidth: "1k", reportInterval: "4.2" }, 4.2, 8_000],
    ["takes the default for the shortest interval", { reportInterval: "0.1" }, 0.1, 1_000_000],
  ] as const
) {
  Deno.test(`reportOptions ${title}`, () => {
    const { data } = parse(flags);
    assert.deepEqual([data?.reportInterval, data?.reportBandwidth], [interval, bandwidth]);
  });
}

for (
  const [flags, message] of [
    [{ reportBandwidth: "1" }, /^Cannot parse --report-bandwidth "1": expected bytes a second /],
    [{ reportBandwidth: "fast" }, /^Cannot parse --report-bandwidth "fast": expected /],
    [{ reportBandwidth: "-1Mbit" }, /^Cannot parse --report-bandwidth "-1Mbit": expected /],
    [
      { reportBandwidth: "8kbit", reportInterval: "1" },
      /^Cannot use --report-bandwidth 8000bit with --report-interval 1: expected at least 33600bit, /,
    ],
    [
      { reportBandwidth: "1k", reportInterval: "4.1" },
      /^Cannot use --report-bandwidth 8000bit with --report-interval 4.1: expected at least 8195bit,/,
    ],
  ] as const
) {
  Deno.test(`reportOptions refuses ${JSON.stringify(flags)}`, () => {
    const { error } = parse(flags);
    assert.match(error?.issues[0].message ?? "", message);
  });
}
