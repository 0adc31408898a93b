import { strict as assert } from "node:assert";
import { parseCommandLine, UsageError } from "../../cli.ts";
import { managerOptionsSchema } from "../../manager/options.ts";

Deno.test("managerOptionsSchema takes the bounds, and has some without", () => {
  const { statsRate, maxProxies } = managerOptionsSchema.parse({});
  assert.deepEqual([statsRate, maxProxies], [5_000, 10_000]);
  const given = managerOptionsSchema.parse({ statsRate: "100", maxProxies: "3" });
  assert.deepEqual([given.statsRate, given.maxProxies], [100, 3]);
});

Deno.test("parseCommandLine refuses bounds that are none, or that are not a manager's", () => {
  const whole = "expected a whole number from 1 to 1000000";
  const table: [string, string][] = [
    ["--manager --stats-rate 0", `Cannot parse --stats-rate "0": ${whole}`],
    ["--manager --stats-rate 1e3", `Cannot parse --stats-rate "1e3": ${whole}`],
    ["--manager --max-proxies -1", `Cannot parse --max-proxies "-1": ${whole}`],
    ["--manager --max-proxies 1000001", `Cannot parse --max-proxies "1000001": ${whole}`],
    ["--mode http --stats-rate 5", "--stats-rate goes with --manager, not with --mode"],
    ["--demo --max-proxies 5", "--max-proxies goes with --manager, not with --demo"],
  ];
  for (const [line, message] of table) {
    assert.throws(() => parseCommandLine(line.split(" "), "0", undefined), (error) => {
      assert.ok(error instanceof UsageError);
      assert.equal(error.message, message);
      return true;
    });
  }
});
