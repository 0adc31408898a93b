import { strict as assert } from "node:assert";
import fc from "fast-check";
import { decodeCursor, encodeCursor } from "../../../../manager/api/query/cursor.ts";
import { comparator, Page, type Rank } from "../../../../manager/api/query/ranking.ts";

const rank = (key: number, number: number): Rank => ({ keys: [key], name: "p", number });

Deno.test("Page brings every row once and in order, page by page, whatever the order of coming", () => {
  const rows = fc.array(fc.integer({ min: 0, max: 9 }), { maxLength: 60 });
  const limit = fc.integer({ min: 1, max: 12 });
  fc.assert(fc.property(rows, limit, fc.boolean(), (keys, limit, descending) => {
    const all = keys.map((key, number) => rank(key, number));
    const compare = comparator([{ field: "key", descending }]);
    const got: Rank[] = [];
    for (let after: Rank | null = null;;) {
      const page: Page<Rank> = new Page(limit, compare, after);
      for (const row of all) if (page.wants(row)) page.add(row);
      const { rows, more } = page.rows();
      assert.equal(page.total, all.length);
      got.push(...rows);
      assert.equal(more, got.length < all.length);
      if (!more) break;
      after = decodeCursor(encodeCursor(rows.at(-1)!, "-key"), "-key");
      assert.ok(after);
    }
    assert.deepEqual(got, all.toSorted(compare));
  }));
});

Deno.test("Page neither repeats nor skips a row that stays while others come and go", () => {
  const compare = comparator([{ field: "key", descending: false }]);
  const pageOf = (rows: Rank[], after: Rank | null) => {
    const page = new Page<Rank>(2, compare, after);
    for (const row of rows) if (page.wants(row)) page.add(row);
    return page.rows().rows;
  };
  const first = pageOf([rank(1, 1), rank(3, 3), rank(5, 5)], null);
  assert.deepEqual(first.map(({ number }) => number), [1, 3]);
  // The last row of the first page has gone, and others have come before and behind it.
  const second = pageOf([rank(1, 1), rank(2, 2), rank(4, 4), rank(5, 5)], first[1]);
  assert.deepEqual(second.map(({ number }) => number), [4, 5]);
});

Deno.test("decodeCursor takes nothing but a cursor of the same order", () => {
  const cursor = encodeCursor({ keys: ["a\u00e9", 2], name: "p", number: 7 }, "target,id");
  assert.deepEqual(decodeCursor(cursor, "target,id"), {
    keys: ["a\u00e9", 2],
    name: "p",
    number: 7,
  });
  assert.equal(decodeCursor(cursor, "target"), null);
  for (const text of ["", "x", "e30", "bnVsbA", cursor.slice(2), `${cursor}!`]) {
    assert.equal(decodeCursor(text, "target,id"), null, text);
  }
  fc.assert(fc.property(fc.string(), (text) => decodeCursor(text, "id") === null));
});
