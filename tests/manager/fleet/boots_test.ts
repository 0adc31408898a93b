import { strict as assert } from "node:assert";
import { Boots } from "../../../manager/fleet/boots.ts";
import { report } from "../../support/reports.ts";

const of = (boot_id: string, seq: number, total_bytes_sent: number) =>
  report({ boot_id, seq, total_bytes_sent }).proxy;

Deno.test("Boots adds up what each boot has counted, whatever comes late", () => {
  const boots = new Boots("a");
  boots.note(of("a", 0, 100));
  boots.note(of("a", 1, 90));
  assert.equal(boots.totals.total_bytes_sent, 100, "totals only grow");
  boots.start("b");
  assert.equal(boots.totals.total_bytes_sent, 100);
  boots.note(of("b", 0, 5));
  assert.equal(boots.totals.total_bytes_sent, 105);
  boots.note(of("a", 2, 130));
  assert.equal(boots.totals.total_bytes_sent, 135, "the last words of a boot count");
  assert.equal(boots.current.total_bytes_sent, 5);
});

Deno.test("Boots counts a boot that was never current only once it is", () => {
  const boots = new Boots("b");
  boots.note(of("b", 0, 5));
  boots.note(of("a", 7, 1000));
  assert.equal(boots.totals.total_bytes_sent, 5);
  assert.equal(boots.isNews(of("a", 7, 1000)), false);
  assert.equal(boots.isNews(of("a", 8, 1000)), true);
  boots.start("a");
  assert.equal(boots.totals.total_bytes_sent, 1005);
  boots.start("b");
  assert.equal(boots.totals.total_bytes_sent, 1005);
  assert.equal(boots.current.total_bytes_sent, 5);
});

Deno.test("Boots remembers a few, and the sum of all", () => {
  const boots = new Boots("0");
  for (let i = 0; i < 1000; i++) {
    boots.start(`${i}`);
    boots.note(of(`${i}`, 0, 10));
    boots.note(of(`never current ${i}`, 0, 1));
  }
  assert.equal(boots.totals.total_bytes_sent, 10_000);
  assert.equal(boots.isKnown("999"), true);
  assert.equal(boots.isKnown("0"), false);
});
