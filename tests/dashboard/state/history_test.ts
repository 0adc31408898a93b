import { strict as assert } from "node:assert";
import { historyTrouble } from "../../../dashboard/state/history.ts";
import { createTimes } from "../../../dashboard/format_time.ts";
import { historyFigures } from "../../support/reports.ts";

const { span } = createTimes("en", "UTC");

const words = (state: "on" | "opening" | "failed" | "off", reason: string, seconds = 750) =>
  historyTrouble({ ...historyFigures(), state, reason, since: 1000 }, 1000 + seconds, span);

Deno.test("historyTrouble says since when the history is off, and why", () => {
  assert.deepEqual(words("failed", "the disk is full"), {
    words: "History has been off for 12 min: the disk is full. Live figures go on.",
    announcement: "History is off: the disk is full. Live figures go on.",
    since: 1000,
  });
  const told = (...args: Parameters<typeof words>) => words(...args)?.words;
  assert.equal(
    told("off", "its thread ended: out of memory.", 7200),
    "History has been off for 2 h: its thread ended: out of memory. Live figures go on.",
  );
  // This machine's clock may be behind the manager's.
  assert.equal(told("failed", "", -5), "History has been off for 0 s. Live figures go on.");
  assert.match(told("failed", "Cannot use /srv/\u202egpj")!, /\/srv\/‹U\+202E›gpj\. Live/);
});

Deno.test("historyTrouble has nothing to say of a history that is on, or that nobody wants", () => {
  assert.equal(words("on", ""), null);
  assert.equal(words("opening", ""), null);
  assert.equal(words("off", "--no-history"), null);
  assert.equal(words("off", ""), null);
});
