import { strict as assert } from "node:assert";
import fc from "fast-check";
import {
  offsetOf,
  placeRows,
  rowsInSight,
  type Sight,
} from "../../../../dashboard/state/table/sight.ts";

const sights = fc.record<Sight>({
  count: fc.nat(20_000),
  height: fc.integer({ min: 1, max: 100 }),
  ...{ top: fc.nat(2_000), offset: fc.nat(2_000_000), size: fc.nat(4_000) },
});

Deno.test("rowsInSight has every row of which a pixel can be seen, and few others", () => {
  fc.assert(fc.property(sights, (sight) => {
    const { count, height, top, offset, size } = sight;
    const [first, end] = rowsInSight(sight);
    assert.ok(0 <= first && first <= end && end <= count);
    const isSeen = (row: number) =>
      top + (row + 1) * height > offset && top + row * height < offset + size;
    if (first > 0) assert.ok(!isSeen(first - 1));
    if (end < count) assert.ok(!isSeen(end));
    assert.ok(end - first >= Math.min(count, 4), "some can be reached by Tab");
    assert.ok(end - first <= size / height + 10);
  }));
});

Deno.test("placeRows leaves the room of the rows that are not drawn, with one kept elsewhere", () => {
  const kept = fc.option(fc.nat(25_000));
  fc.assert(fc.property(sights, kept, (sight, keep) => {
    const range = rowsInSight(sight);
    const { rows, after } = placeRows(range, sight, keep);
    const indexes = rows.map(({ index }) => index);
    assert.deepEqual(indexes, [...new Set(indexes)].sort((a, b) => a - b));
    assert.equal(indexes.includes(keep ?? -1), keep !== null && keep < sight.count);
    assert.ok(rows.length - (range[1] - range[0]) <= 1);
    const room = rows.reduce((sum, { gap }) => sum + gap + sight.height, after);
    assert.equal(room, sight.count * sight.height);
    assert.ok(rows.every(({ gap }) => gap >= 0) && after >= 0);
  }));
  const size = { count: 100, height: 10 };
  assert.deepEqual(placeRows([20, 22], size, 3), {
    rows: [{ index: 3, gap: 30 }, { index: 20, gap: 160 }, { index: 21, gap: 0 }],
    after: 780,
  });
  assert.deepEqual(placeRows([0, 0], { count: 0, height: 10 }, 3), { rows: [], after: 0 });
});

Deno.test("offsetOf scrolls the nearest way to see a whole row below the head, or not at all", () => {
  const sight = { count: 100, height: 10, top: 36, offset: 200, size: 100 };
  const rows: [index: number, offset: number | null][] = [
    ...[[0, 0], [19, 190], [20, null], [25, null], [26, 206], [99, 936]] as [number, number][],
  ];
  for (const [index, offset] of rows) assert.equal(offsetOf(index, sight, 36), offset, `${index}`);
});
