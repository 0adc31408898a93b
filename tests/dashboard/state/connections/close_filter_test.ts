import { strict as assert } from "node:assert";
import fc from "fast-check";
import {
  fieldsOf,
  type FilterFields,
  filterWords,
  readBlock,
  readFields,
  secondsOf,
} from "../../../../dashboard/state/connections/close_filter.ts";
import type { ConnectionQuestion } from "../../../../dashboard/state/connections/question.ts";
import { commandSchema, type ConnectionFilter } from "../../../../proxy/control/commands.ts";
import { connectionFilter } from "../../../../proxy/control/filter.ts";
import { connection } from "../../../support/reports.ts";

const NOTHING = fieldsOf({ facets: {}, text: "" }).fields;
const form = (changes: Partial<FilterFields>): FilterFields => ({ ...NOTHING, ...changes });

Deno.test("readFields makes of a form the filter that it says", () => {
  const cases: [Partial<FilterFields>, ConnectionFilter][] = [
    [{}, {}],
    [{ client: " 10.0.0.0/8 " }, { client: "10.0.0.0/8" }],
    [{ target: "*.example:443", user: "ann*" }, { target: "*.example:443", user: "ann*" }],
    [{ target: " x" }, { target: " x" }],
    [{ state: "connecting" }, { state: "connecting" }],
    [{ idle: { amount: "1.5", unit: "min" } }, { idle_s: 90 }],
    [{ older: { amount: " 2 ", unit: "d" }, idle: { amount: " ", unit: "h" } }, {
      older_s: 172_800,
    }],
  ];
  for (const [changes, filter] of cases) {
    assert.deepEqual(readFields(form(changes)), { filter, problems: {} });
  }
});

Deno.test("readFields says which fields are wrong", () => {
  const { problems } = readFields(form({
    ...{ client: "10.0.0.0/33", target: "x".repeat(201), user: "y".repeat(200) },
    ...{ idle: { amount: "-1", unit: "s" }, older: { amount: "1e3", unit: "s" } },
  }));
  assert.deepEqual(problems, { client: "network", target: "long", idle: "span", older: "span" });
  assert.equal(readFields(form({ client: "example.com" })).problems.client, "network");
});

Deno.test("secondsOf takes whole and broken numbers above zero, in four units", () => {
  const cases = [
    ...[["", "s", undefined], ["30", "s", 30], ["2", "h", 7200], ["0.5", "d", 43_200]] as const,
    ...[["0", "s", null], ["1,000", "s", null], ["x", "s", null]] as const,
    ...[["999999999", "d", null]] as const,
  ];
  for (const [amount, unit, seconds] of cases) {
    assert.equal(secondsOf({ amount, unit }), seconds, `${amount} ${unit}`);
  }
});

Deno.test("readFields makes of any form without a problem a filter that proxies take", () => {
  const text = fc.string({ unit: "grapheme", maxLength: 220 }).map((each) => each.toWellFormed());
  const span = fc.record({
    amount: fc.oneof(fc.nat().map(String), fc.constantFrom("", "0.001", "12.5", "999999999"), text),
    unit: fc.constantFrom("s" as const, "min" as const, "h" as const, "d" as const),
  });
  const fields = fc.record<FilterFields>({
    client: fc.oneof(
      fc.ipV4(),
      fc.ipV6(),
      fc.constantFrom("", "::1/64", "10.0.0.0/8", "::/129"),
      text,
    ),
    ...{ target: text, user: text, idle: span, older: span },
    state: fc.constantFrom("", "connecting", "active"),
  });
  fc.assert(fc.property(fields, (fields) => {
    const { filter, problems } = readFields(fields);
    const told = commandSchema.safeParse({ command: "count_matching", filter });
    assert.ok(told.success || Object.keys(problems).length > 0, JSON.stringify(filter));
    // A time of nothing is no mistake to a proxy, only to a reader.
    const { idle: _, older: __, ...wrong } = problems;
    assert.ok(!told.success || Object.keys(wrong).length === 0, JSON.stringify(wrong));
  }));
});

Deno.test("fieldsOf takes over what a table is filtered by, and says what it cannot", () => {
  const facets = {
    ...{ client: "10.0.0.1", target: "example.com:443", user: "ann", state: "active" },
    ...{ reason: "idle", proxy: "edge-1", type: "tcp" },
  };
  assert.deepEqual(fieldsOf({ facets, text: " git hub " }), {
    fields: form({ client: "10.0.0.1", target: "example.com:443", user: "ann", state: "active" }),
    unsaid: [{ what: "reason", value: "idle" }, { what: "text", value: "git hub" }],
  });
  const strange: ConnectionQuestion["facets"] = {
    ...{ client: "<i>", target: "x".repeat(201), user: "", state: "closed" },
  };
  assert.deepEqual(fieldsOf({ facets: strange, text: " " }), {
    fields: NOTHING,
    unsaid: [
      { what: "client", value: "<i>" },
      { what: "long", value: "x".repeat(201) },
      { what: "nobody", value: "" },
    ],
  });
  assert.deepEqual(fieldsOf({ facets: { user: "a*", target: "" }, text: "" }), {
    fields: form({ user: "a*" }),
    unsaid: [{ what: "nowhere", value: "" }, { what: "star", value: "a*" }],
  });
});

Deno.test("fieldsOf leads to a filter that fits the row whose values were clicked", () => {
  const name = fc.string({ unit: "grapheme", minLength: 1, maxLength: 100 });
  const row = fc.record({
    client_ip: fc.oneof(fc.ipV4(), fc.ipV6()),
    target: name.filter((text) => text.length <= 200),
    user: name.filter((text) => text.length <= 200),
    state: fc.constantFrom("connecting" as const, "active" as const),
  });
  fc.assert(fc.property(row, ({ client_ip: client, ...rest }) => {
    const { fields } = fieldsOf({ facets: { client, ...rest }, text: "" });
    const { filter } = readFields(fields);
    assert.ok(connectionFilter(filter, 2000)(connection({ client_ip: client, ...rest })));
  }));
});

Deno.test("filterWords says every part of a filter, and all connections where there is none", () => {
  assert.equal(filterWords(NOTHING), "All connections");
  assert.equal(
    filterWords(form({
      ...{ client: "10.0.0.0/8", target: "*:443", user: "an\u202En", state: "connecting" },
      ...{ idle: { amount: "10", unit: "min" }, older: { amount: "1.5", unit: "h" } },
    })),
    "Connections from 10.0.0.0/8, to *:443, of the user an‹U+202E›n, still connecting, " +
      "idle for at least 10 min, open for at least 1.5 h",
  );
});

Deno.test("readBlock takes an address or a network, for a second to 30 days", () => {
  const read = (client: string, amount: string, unit: "s" | "d" = "s") =>
    Object.values(readBlock(client, { amount, unit }));
  assert.deepEqual(read(" 10.0.0.1 ", "600"), ["10.0.0.1", 600]);
  assert.deepEqual(read("2001:db8::/32", "30", "d"), ["2001:db8::/32", 2_592_000]);
  assert.deepEqual(read("example.com", "0.5"), [null, null]);
  assert.deepEqual(read("", ""), [null, null]);
  assert.deepEqual(read("::1", "30.01", "d"), ["::1", null]);
});
