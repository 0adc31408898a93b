import { strict as assert } from "node:assert";
import fc from "fast-check";
import { parse, stringify } from "smol-toml";
import { TomlLines, type TomlPath } from "../../../proxy/toml/lines.ts";

Deno.test("TomlLines tells on which line each value stands, whatever stands between", () => {
  const text = [
    /*  1 */ 'title = "a # b = c"  # d = e',
    /*  2 */ "list = [1, [2,",
    /*  3 */ "  3], # ]",
    /*  4 */ '  { x = "}", y = 2 }, ]',
    /*  5 */ "",
    /*  6 */ 'long = """',
    /*  7 */ "[not.a.table]",
    /*  8 */ '\\""" = 1 """"',
    /*  9 */ "after = '''",
    /* 10 */ "''''",
    /* 11 */ "a . 'b.c'.\"d\\u0065\" = '\\'",
    /* 12 */ "[table]  # [other]",
    /* 13 */ "key = 2026-11-23 10:00:00",
    /* 14 */ "[[ rule ]]",
    /* 15 */ "name = 'x'",
    /* 16 */ "[rule.sub]",
    /* 17 */ "key = 1",
    /* 18 */ "[[rule]]",
    /* 19 */ "name = 'y'",
    /* 20 */ "[[rule.deep]]",
    /* 21 */ "[[rule.deep]]",
    /* 22 */ "key = true",
  ].join("\r\n");
  const parsed = parse(text);
  const table: [TomlPath, number][] = [
    [["title"], 1],
    [["list"], 2],
    [["list", 0], 2],
    [["list", 1, 0], 2],
    [["list", 1, 1], 3],
    [["list", 2], 4],
    [["list", 2, "y"], 4],
    [["long"], 6],
    [["after"], 9],
    [["a"], 11],
    [["a", "b.c", "de"], 11],
    [["table"], 12],
    [["table", "key"], 13],
    [["rule"], 14],
    [["rule", 0], 14],
    [["rule", 0, "name"], 15],
    [["rule", 0, "sub"], 16],
    [["rule", 0, "sub", "key"], 17],
    [["rule", 1], 18],
    [["rule", 1, "name"], 19],
    [["rule", 1, "deep", 0], 20],
    [["rule", 1, "deep", 1], 21],
    [["rule", 1, "deep", 1, "key"], 22],
  ];
  const lines = new TomlLines(text);
  for (const [path, line] of table) {
    assert.equal(lines.of(path), line, path.join("."));
    assert.notEqual(at(parsed, path), undefined, path.join("."));
  }
});

Deno.test("TomlLines gives what is missing the line of what it belongs to", () => {
  const lines = new TomlLines("a = 1\n[b]\nc = 2\n");
  assert.equal(lines.of(["b", "missing"]), 2);
  assert.equal(lines.of(["b", "c", 7, "deeper"]), 3);
  assert.equal(lines.of(["missing"]), 1);
  assert.equal(lines.of([]), 1);
  assert.equal(new TomlLines("").of(["a"]), 1);
});

Deno.test("TomlLines finds every value of any document that is written out", () => {
  const scalar = fc.oneof(fc.integer({ min: -9, max: 99 }), fc.boolean(), fc.string());
  const { tree } = fc.letrec<{ tree: Record<string, unknown> }>((tie) => ({
    tree: fc.dictionary(
      fc.string({ minLength: 1, maxLength: 6 }),
      fc.oneof(
        { depthSize: "small" },
        scalar,
        fc.array(scalar),
        tie("tree"),
        fc.array(tie("tree")),
      ),
      { maxKeys: 4 },
    ),
  }));
  fc.assert(fc.property(tree, (value) => {
    const text = stringify(value);
    const lines = new TomlLines(text);
    const rows = text.split("\n");
    for (const [path, leaf] of leaves(parse(text))) {
      const row = rows[lines.of(path) - 1];
      // The key stands there, and behind it the value begins.
      const key = path.findLast((part) => typeof part === "string")!;
      assert.ok(row.includes(key) || row.includes(JSON.stringify(key).slice(1, -1)), text);
      if (typeof leaf !== "string") assert.ok(row.includes(String(leaf)), text);
    }
  }));
});

function* leaves(value: unknown, path: PropertyKey[] = []): Generator<[TomlPath, unknown]> {
  if (typeof value !== "object" || value === null) return yield [path, value];
  for (const [key, inner] of Object.entries(value)) {
    yield* leaves(inner, [...path, Array.isArray(value) ? Number(key) : key]);
  }
}

function at(value: unknown, path: TomlPath): unknown {
  return path.reduce<unknown>(
    (inner, part) => (inner as Record<PropertyKey, unknown>)[part],
    value,
  );
}
