import { strict as assert } from "node:assert";
import { createFormat } from "../../../dashboard/format.ts";
import {
  groupOf,
  inOrder,
  parseGrouping,
  proxyColumns,
  rankIds,
} from "../../../dashboard/state/proxies.ts";
import { createFilter } from "../../../dashboard/state/table/filter.ts";
import { parseSort } from "../../../dashboard/state/table/sort.ts";
import { finish } from "../../../dashboard/state/table/steps.ts";
import { viewSteps } from "../../../dashboard/state/table/view.ts";
import { proxy } from "../support.ts";

const format = createFormat({ locale: "en", timeZone: "UTC", rates: "bytes", units: "decimal" });
const COLUMNS = proxyColumns(format);

function shown(fleet: ReturnType<typeof proxy>[], text = "", sort = "") {
  const result = createFilter(text, false);
  assert.ok("filter" in result);
  const question = { columns: COLUMNS, filter: result.filter, sort: parseSort(sort, COLUMNS) };
  return finish(viewSteps(fleet, question)).rows.map(({ proxy_id }) => proxy_id);
}

Deno.test("proxyColumns say all there is of a proxy, each under a key of its own", () => {
  const keys = COLUMNS.map(({ key }) => key);
  assert.equal(new Set(keys).size, keys.length);
  const text = COLUMNS.map((column) => column.text(proxy({ total_bytes_sent: 1_500_000 })));
  for (const expected of ["edge-1", "online", "edge", "http", "127.0.0.1:8080", "1.50 MB"]) {
    assert.ok(text.includes(expected), expected);
  }
});

Deno.test("proxyColumns are sorted by their numbers, and names as people count", () => {
  const fleet = [
    proxy({ proxy_id: "edge-10", rate_sent: 900, total_bytes_sent: 5 }),
    proxy({ proxy_id: "edge-9", rate_sent: 1000, total_bytes_sent: 7 }),
    // What is gone sends nothing, whatever it said last.
    proxy({ proxy_id: "a", rate_sent: 9e9, status: "offline", total_bytes_sent: 6 }),
  ];
  assert.deepEqual(shown(fleet, "", "-sending"), ["edge-9", "edge-10", "a"]);
  assert.deepEqual(shown(fleet, "", "sent"), ["edge-10", "a", "edge-9"]);
  assert.deepEqual(shown(fleet, "", "name"), ["a", "edge-9", "edge-10"]);
  assert.deepEqual(shown(fleet, "", ""), ["edge-10", "edge-9", "a"]);
});

Deno.test("proxyColumns are searched by name, mode, address, host and status", () => {
  const fleet = [
    proxy({ proxy_id: "one", status: "offline" }),
    proxy({ proxy_id: "two", host: "paris", draining: true }),
  ];
  assert.deepEqual(shown(fleet, "offline"), ["one"]);
  assert.deepEqual(shown(fleet, "PARIS http"), ["two"]);
  assert.deepEqual(shown(fleet, "draining"), ["two"]);
  assert.deepEqual(shown(fleet, ":8080"), ["one", "two"]);
  assert.deepEqual(shown(fleet, "1000"), [], "numbers change with each report");
});

Deno.test("groupOf tells what proxies have in common, and groups say what they come to", () => {
  assert.equal(parseGrouping("mode"), "mode");
  assert.equal(parseGrouping("<b>"), null);
  const fleet = [
    proxy({ proxy_id: "a", rate_sent: 5, active_connections: 1 }),
    proxy({ proxy_id: "b", rate_sent: 7, active_connections: 2, draining: true }),
    proxy({ proxy_id: "c", rate_sent: 9, active_connections: 0, status: "offline", host: "" }),
  ];
  const groups = (by: "host" | "mode" | "status") => {
    const filter = createFilter("", false);
    assert.ok("filter" in filter);
    const group = { key: by, of: groupOf(by) };
    const question = { columns: COLUMNS, filter: filter.filter, sort: null, group };
    return finish(viewSteps(fleet, question)).groups!.map(({ key, sums }) => {
      return [key, sums.get("sending"), sums.get("active")];
    });
  };
  assert.deepEqual(groups("mode"), [["http", 12, 3]]);
  assert.deepEqual(groups("host"), [["edge", 12, 3], ["", 0, 0]]);
  assert.deepEqual(groups("status"), [["draining", 7, 2], ["offline", 0, 0], ["online", 5, 1]]);
});

Deno.test("rankIds orders ids as people count, and does it again only where one is new or gone", () => {
  const fleet = ["edge-10", "edge-9", "a"].map((proxy_id) => proxy({ proxy_id }));
  const ids = (proxies: typeof fleet) => proxies.map(({ proxy_id }) => proxy_id);
  const ranks = rankIds(new Map(), ids(fleet));
  assert.deepEqual(ids(inOrder(fleet, ranks)), ["a", "edge-9", "edge-10"]);
  assert.equal(rankIds(ranks, ids(fleet.toReversed())), ranks);
  const fewer = fleet.slice(1);
  assert.deepEqual(ids(inOrder(fewer, rankIds(ranks, ids(fewer)))), ["a", "edge-9"]);
  const other = rankIds(ranks, ["b", "a", "edge-9"]);
  assert.deepEqual([...other.keys()], ["a", "b", "edge-9"]);
});
