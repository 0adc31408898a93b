import { strict as assert } from "node:assert";
import { join } from "node:path";
import { KeptTexts } from "../../../manager/history/kept.ts";
import { batch, openStore, TempFolder } from "../../support/history.ts";
import { T0 } from "../../support/reports.ts";

Deno.test("KeptTexts tells what the database does not have, until it is written", () => {
  const kept = new KeptTexts();
  assert.deepEqual(kept.unwritten(), {});
  kept.put("a", "1");
  kept.put("b", "2");
  assert.deepEqual(kept.unwritten(), { a: "1", b: "2" });
  // A batch that was lost is not written.
  assert.deepEqual(kept.unwritten(), { a: "1", b: "2" });
  kept.put("a", "3");
  // What was on its way then was the older one.
  kept.written();
  assert.deepEqual(kept.unwritten(), { a: "3" });
  kept.written();
  assert.deepEqual(kept.unwritten(), {});
  kept.put("a", "3");
  assert.deepEqual(kept.unwritten(), {});
  kept.rewrite();
  assert.deepEqual(kept.unwritten(), { a: "3", b: "2" });
});

Deno.test("Store keeps the newest text of each name for the next run", () => {
  using folder = new TempFolder();
  const path = join(folder.path, "history.db");
  {
    using store = openStore(path);
    assert.deepEqual(store.remembered(T0).kept, {});
    store.write(batch({ kept: { alerts: "one", other: "x" } }));
    store.write(batch({ kept: { alerts: "two" } }));
    store.write(batch());
  }
  using store = openStore(path);
  assert.deepEqual(store.remembered(T0).kept, { alerts: "two", other: "x" });
});
