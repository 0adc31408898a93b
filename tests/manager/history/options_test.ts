import { strict as assert } from "node:assert";
import { parseCommandLine } from "../../../cli.ts";
import { DEFAULT_RETENTION } from "../../../manager/history/options.ts";
import { managerOptionsSchema } from "../../../manager/options.ts";

function retentionOf(retention: string) {
  return managerOptionsSchema.parse({ history: true, retention }).history!.retention;
}

Deno.test("managerOptionsSchema keeps history only where it is asked for, in the directory that is named", () => {
  assert.equal(managerOptionsSchema.parse({}).history, null);
  assert.equal(managerOptionsSchema.parse({ history: false }).history, null);
  const { dir, retention } = managerOptionsSchema.parse({ history: true }).history!;
  assert.equal(dir, "default");
  assert.deepEqual(retention, DEFAULT_RETENTION);
  const named = managerOptionsSchema.parse({ history: true, dataDir: "x/y" }).history!;
  assert.deepEqual(named.dir, { path: "x/y" });
});

Deno.test("--retention changes what it names, in minutes, hours, days or years", () => {
  assert.deepEqual(retentionOf("1m=7d"), { ...DEFAULT_RETENTION, "1m": 7 * 86_400 });
  assert.deepEqual(retentionOf("raw=30m,1h=2y,log=90m,log-rows=0"), {
    ...DEFAULT_RETENTION,
    raw: 1800,
    "1h": 730 * 86_400,
    log: 5400,
    logRows: 0,
  });
});

const misuses: [retention: string, message: RegExp][] = [
  [
    "",
    /^Cannot parse --retention "": expected raw, 1m, 10m, 1h, top, log, events or log-rows with/,
  ],
  ["7d", /expected raw, 1m,/],
  ["year=1y", /expected raw, 1m,/],
  ["constructor=1y", /expected raw, 1m,/],
  ["raw=1h=2h", /expected raw, 1m,/],
  ["raw=1h,", /expected raw, 1m,/],
  ["raw=", /: expected raw from 10m to 48h$/],
  ["raw=1", /: expected raw from 10m to 48h$/],
  ["raw=1s", /: expected raw from 10m to 48h$/],
  ["raw=-1h", /: expected raw from 10m to 48h$/],
  ["raw=49h", /: expected raw from 10m to 48h$/],
  ["1h=11y", /: expected 1h from 1d to 10y$/],
  ["log-rows=1k", /: expected log-rows from 0 to 10000000$/],
  ["log-rows=10000001", /: expected log-rows from 0 to 10000000$/],
  ["1m=40d", /: expected 1m to be kept no longer than 10m$/],
];
for (const [retention, message] of misuses) {
  Deno.test(`--retention "${retention}" is refused in one line`, () => {
    const result = managerOptionsSchema.safeParse({ history: true, retention });
    assert.match(result.error?.issues[0].message ?? "accepted", message);
  });
}

Deno.test("--no-history goes with no flag that is about history", () => {
  for (const [flag, value] of [["dataDir", "x"], ["retention", "log=1d"]]) {
    const result = managerOptionsSchema.safeParse({ history: false, [flag]: value });
    assert.match(
      result.error!.issues[0].message,
      /^--(data-dir|retention) cannot be combined with --no-history$/,
    );
  }
  for (const dataDir of ["", "a\0b", "x".repeat(5000)]) {
    const result = managerOptionsSchema.safeParse({ history: true, dataDir });
    assert.match(result.error!.issues[0].message, /^Cannot use --data-dir/);
  }
});

Deno.test("A manager from the command line remembers unless it is told not to", () => {
  const historyOf = (...args: string[]) => {
    const { task } = parseCommandLine(["--manager", ...args], "1.2.3", undefined);
    assert.ok(task.kind === "manager");
    return task.options.history;
  };
  assert.equal(historyOf()?.dir, "default");
  assert.deepEqual(historyOf("--data-dir", "/x")?.dir, { path: "/x" });
  assert.equal(historyOf("--no-history"), null);
});

Deno.test("The flags of history are for a manager, and wrong ones end in one line", () => {
  const refused: [args: string[], message: RegExp][] = [
    [["--mode", "http", "--no-history"], /^--no-history goes with --manager, not with --mode$/],
    [["--demo", "--data-dir", "x"], /^--data-dir goes with --manager, not with --demo$/],
    [["--manager", "--no-history", "--data-dir", "x"], /^--data-dir cannot be combined with/],
    [["--manager", "--retention", "log=5"], /^Cannot parse --retention "log=5": expected log from/],
  ];
  for (const [args, message] of refused) {
    assert.throws(() => parseCommandLine(args, "1.2.3", () => undefined), { message });
  }
});
