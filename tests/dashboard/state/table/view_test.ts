import { strict as assert } from "node:assert";
import fc from "fast-check";
import { choose, type Column, visibleColumns } from "../../../../dashboard/state/table/columns.ts";
import { createFilter, EVERYTHING, MAX_FILTER } from "../../../../dashboard/state/table/filter.ts";
import { groupLines } from "../../../../dashboard/state/table/group.ts";
import {
  compareValues,
  nextSort,
  parseSort,
  type Sort,
  sortText,
} from "../../../../dashboard/state/table/sort.ts";
import { finish, runSliced } from "../../../../dashboard/state/table/steps.ts";
import { viewSteps } from "../../../../dashboard/state/table/view.ts";

interface Row {
  id: number;
  name: string;
  bytes: number;
}

const COLUMNS: Column<Row>[] = [
  { key: "name", title: "Name", text: ({ name }) => name, fixed: true },
  {
    ...{ key: "bytes", title: "Bytes", number: true, summed: true },
    text: ({ bytes }) => `${bytes} B`,
    value: ({ bytes }) => bytes,
  },
  { key: "id", title: "Id", text: ({ id }) => String(id), value: ({ id }) => id, hidden: true },
];

const rowsOf = fc.array(
  fc.record({ name: fc.constantFrom("a", "B", "b", "ab", "c c"), bytes: fc.nat(9) }),
  { maxLength: 1_200, size: "max" },
).map((rows) => rows.map((row, id) => ({ ...row, id })));
const sortOf = fc.constantFrom<Sort>(
  null,
  ...["name", "bytes", "id"].flatMap((key) => [
    { key, descending: true },
    { key, descending: false },
  ]),
);

function view(rows: Row[], { filter = "", sort = null as Sort, grouped = false } = {}) {
  const result = createFilter(filter, false);
  assert.ok("filter" in result);
  const group = grouped ? { key: "name", of: (row: Row) => row.name } : null;
  const columns = visibleColumns(COLUMNS, {});
  return finish(viewSteps(rows, { columns, filter: result.filter, sort, group }));
}

Deno.test("viewSteps shows what a naive filter and a stable sort show", () => {
  fc.assert(
    fc.property(
      rowsOf,
      sortOf,
      fc.constantFrom("", "b", "C", "a b", "c c"),
      (rows, sort, filter) => {
        const words = filter.toLowerCase().split(" ").filter(Boolean);
        const expected = rows.filter(({ name }) =>
          words.every((word) => name.toLowerCase().includes(word))
        );
        const shown = view(rows, { filter, sort });
        // A column that is not shown cannot be sorted by.
        if (sort !== null && sort.key !== "id") {
          const key = (row: Row) => sort.key === "name" ? row.name.toLowerCase() : row.bytes;
          expected.sort((a, b) => (sort.descending ? -1 : 1) * compareValues(key(a), key(b)));
        }
        assert.deepEqual(shown.rows.map(({ id }) => id), expected.map(({ id }) => id));
        assert.equal(shown.filtered, rows.length - expected.length);
      },
    ),
    { numRuns: 200 },
  );
});

Deno.test("viewSteps groups every row once, and the sums of the groups are those of the rows", () => {
  fc.assert(
    fc.property(rowsOf, sortOf, (rows, sort) => {
      const { groups } = view(rows, { sort, grouped: true });
      assert.ok(groups);
      const ids = groups.flatMap((group) => group.rows.map(({ id }) => id));
      assert.deepEqual(ids.toSorted((a, b) => a - b), rows.map(({ id }) => id));
      for (const { key, rows, sums } of groups) {
        assert.ok(rows.every(({ name }) => name === key));
        assert.equal(sums.get("bytes"), rows.reduce((sum, { bytes }) => sum + bytes, 0));
      }
      const order = groups.map((group) =>
        sort?.key === "bytes" ? group.sums.get("bytes")! : group.rows.length
      );
      const sign = sort?.key === "bytes" && !sort.descending ? 1 : -1;
      if (sort?.key !== "name") assert.deepEqual(order, order.toSorted((a, b) => sign * (a - b)));
    }),
    { numRuns: 200 },
  );
});

Deno.test("groupLines lists the rows of open groups only", () => {
  const rows = [{ id: 1, name: "a", bytes: 1 }, { id: 2, name: "b", bytes: 1 }];
  const { groups } = view(rows, { grouped: true });
  const lines = groupLines(groups!, (key) => key === "b");
  const said = lines.map((line) => line.type === "group" ? line.group.key : line.row.id);
  assert.deepEqual(said, ["a", "b", 2]);
});

Deno.test("nextSort goes from descending to ascending to none, and a sort survives the address", () => {
  let sort: Sort = null;
  const seen: string[] = [];
  for (let click = 0; click < 4; click++) {
    sort = nextSort(sort, "bytes");
    seen.push(sortText(sort));
    assert.deepEqual(parseSort(sortText(sort), COLUMNS), sort);
  }
  assert.deepEqual(seen, ["-bytes", "bytes", "", "-bytes"]);
  assert.deepEqual(nextSort(sort, "name"), { key: "name", descending: true });
  assert.equal(parseSort("-nothing", COLUMNS), null);
});

Deno.test("compareValues is a total order, whatever is compared", () => {
  const value = fc.oneof(fc.double(), fc.constantFrom(NaN, 0, -0, Infinity), fc.integer());
  fc.assert(fc.property(value, value, value, (a, b, c) => {
    assert.equal(Math.sign(compareValues(a, b)), 0 - Math.sign(compareValues(b, a)));
    if (compareValues(a, b) <= 0 && compareValues(b, c) <= 0) assert.ok(compareValues(a, c) <= 0);
  }));
});

Deno.test("createFilter marks every word, joined where they touch, as places of the text", () => {
  const table: [filter: string, pattern: boolean, text: string, marked: string[]][] = [
    ["git HUB", false, "GitHub.com", ["GitHub"]],
    ["a", false, "banana", ["a", "a", "a"]],
    ["i", false, "İi", ["i"]],
    ["x", false, "banana", []],
    ["\\.(com|org)$", true, "example.org", [".org"]],
    ["<b>", false, "<b>bold", ["<b>"]],
  ];
  for (const [source, isPattern, text, marked] of table) {
    const result = createFilter(source, isPattern);
    assert.ok("filter" in result);
    assert.deepEqual(result.filter.marks(text).map(([a, b]) => text.slice(a, b)), marked, source);
    assert.equal(result.filter.matches(["", text]), marked.length > 0);
  }
});

Deno.test("createFilter bounds what it takes, and says why an expression is none", () => {
  const long = createFilter("a".repeat(MAX_FILTER + 50), false);
  assert.ok("filter" in long && long.filter.matches(["a".repeat(MAX_FILTER)]));
  assert.deepEqual(createFilter("(", true), { problem: "group_open" });
  assert.deepEqual(createFilter("  ", true), { filter: EVERYTHING });
  const plain = createFilter("(", false);
  assert.ok("filter" in plain && plain.filter.matches(["f("]));
});

Deno.test("choose keeps only what differs from the usual, of columns that there are", () => {
  assert.deepEqual(visibleColumns(COLUMNS, {}).map(({ key }) => key), ["name", "bytes"]);
  const shown = choose(COLUMNS, { gone: true }, "id", true);
  assert.deepEqual(shown, { id: true });
  assert.deepEqual(choose(COLUMNS, shown, "id", false), {});
  assert.deepEqual(choose(COLUMNS, shown, "name", false), { id: true });
  assert.deepEqual(visibleColumns(COLUMNS, { name: false, bytes: false }).length, 1);
});

Deno.test("runSliced lets others have their turn, and ends when it is told to", () => {
  const turns: (() => void)[] = [];
  let now = 0;
  const slicing = { clock: () => now++, later: (work: () => void) => void turns.push(work) };
  const rows = Array.from({ length: 5_000 }, (_, id) => ({ id, name: "a", bytes: 5_000 - id }));
  const question = {
    columns: COLUMNS,
    filter: EVERYTHING,
    sort: { key: "bytes", descending: false },
  };
  let shown: Row[] | null = null;
  runSliced(viewSteps(rows, question), (view) => shown = view.rows, slicing);
  assert.equal(shown, null);
  let count = 0;
  while (turns.length > 0) {
    turns.shift()!();
    count++;
  }
  assert.ok(count > 5, "in several turns");
  assert.equal(shown![0], rows[4_999]);

  shown = null;
  const cancel = runSliced(viewSteps(rows, question), (view) => shown = view.rows, slicing);
  cancel();
  while (turns.length > 0) turns.shift()!();
  assert.equal(shown, null);
});

Deno.test("createFilter wants every word somewhere, whatever the case", () => {
  const texts = ["edge-1", "HTTP", "127.0.0.1:8080"];
  const matches = (text: string) => {
    const result = createFilter(text, false);
    return "filter" in result && result.filter.matches(texts);
  };
  assert.equal(matches(""), true);
  assert.equal(matches("  http EDGE "), true);
  assert.equal(matches("http edge-2"), false);
  assert.equal(matches("1http"), false, "words do not reach over two texts");
});
