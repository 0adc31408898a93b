import { strict as assert } from "node:assert";
import fc from "fast-check";
import {
  type ConnectionQuestion,
  FACETS,
  GROUPS,
  readQuestion,
  writeQuestion,
} from "../../../../dashboard/state/connections/question.ts";
import { TABS } from "../../../../dashboard/state/connections/row.ts";
import { pageHref, parseRoute } from "../../../../dashboard/state/route.ts";

const USUAL: ConnectionQuestion = {
  ...{ tab: "active", text: "", isPattern: false, sort: null, group: null, facets: {} },
};

Deno.test("readQuestion reads from the address what writeQuestion wrote there, hostile values too", () => {
  const name = fc.string({ unit: "grapheme", maxLength: 60 }).map((text) => text.toWellFormed());
  const question = fc.record<ConnectionQuestion>({
    tab: fc.constantFrom(...TABS),
    text: name,
    isPattern: fc.boolean(),
    sort: fc.constantFrom(null, { key: "bytes_sent", descending: true }, {
      key: "user",
      descending: false,
    }),
    group: fc.constantFrom(null, ...GROUPS),
    facets: fc.dictionary(fc.constantFrom(...FACETS), name, { noNullPrototype: true }),
  });
  fc.assert(fc.property(question, (question) => {
    const href = pageHref("connections", writeQuestion(question));
    const { page, query } = parseRoute(href);
    // An address that is too long for a route is the usual page.
    fc.pre(href.length < 8_000);
    assert.equal(page, "connections");
    assert.deepEqual(readQuestion(query), { ...question });
  }));
});

Deno.test("readQuestion takes the usual for what it does not know, and cuts what is too long", () => {
  const strange = { show: "x", sort: "-nothing", group: "id", re: "yes", "is.nothing": "1" };
  assert.deepEqual(readQuestion(strange), USUAL);
  assert.deepEqual(readQuestion({}), USUAL);
  const long = readQuestion({ q: "x".repeat(500), "is.user": "y".repeat(500) });
  assert.equal(long.text.length, 200);
  assert.equal(long.facets.user?.length, 300);
  assert.deepEqual(writeQuestion({ facets: { user: "" } })["is.user"], "∅");
});
