import type { LogRecord } from "@logtape/logtape";
import fc from "fast-check";
import { strict as assert } from "node:assert";
import { escapeControls, jsonLine, textLine } from "../log.ts";

const TIME = Date.UTC(2026, 0, 2, 3, 4, 5, 678);

function record(message: string, properties: Record<string, unknown> = {}): LogRecord {
  return {
    category: ["rustproxy"],
    level: "info",
    message: [message],
    rawMessage: message,
    timestamp: TIME,
    properties,
  };
}

const ONE_LINE = /^[^\p{Cc}\u2028\u2029]*$/u;
const nasty = fc.oneof(
  fc.string({ unit: "binary", maxLength: 80 }),
  fc.constantFrom(
    "a\nb",
    "\x1b[2J",
    "\x9b31m",
    "\u2028",
    "\0",
    '"}\\',
    "{user}",
    "\ud800",
    "a=b c",
  ),
  fc.constantFrom("\n".repeat(9000), "x".repeat(9000), "\u{1f600}".repeat(3000)),
);

Deno.test("textLine has time, level, message, and the properties behind it", () => {
  assert.equal(
    textLine(
      record("http proxy listening", { id: "a_1", n: 5, ok: true, none: undefined, empty: "" }),
    ),
    "2026-01-02T03:04:05.678Z info    http proxy listening id=a_1 n=5 ok=true",
  );
});

Deno.test("textLine quotes a value that could pass for more than one", () => {
  const line = textLine(record("m", { a: "x y", b: 'q"q', c: "k=v", d: "\xe4" }));
  assert.ok(line.endsWith(' m a="x y" b="q\\"q" c=k=v d="\xe4"'), line);
});

Deno.test("jsonLine is one object with the time in Unix seconds", () => {
  assert.deepEqual(
    JSON.parse(jsonLine(record("m", { id: "a", n: 5, none: undefined, empty: "" }))),
    {
      time: TIME / 1000,
      level: "info",
      message: "m",
      id: "a",
      n: 5,
    },
  );
});

Deno.test("textLine and jsonLine are one line without control characters, and bounded, whatever they carry", () => {
  fc.assert(fc.property(nasty, nasty, fc.anything(), (message, value, any) => {
    const entry = record(message, { value, any });
    for (const line of [textLine(entry), jsonLine(entry), textLine(record(message))]) {
      assert.match(line, ONE_LINE);
      assert.ok(line.length < 3 * 2100 * 6 + 200, `${line.length} characters`);
    }
    const parsed = JSON.parse(jsonLine(entry));
    assert.equal(parsed.level, "info");
    if (value !== "" && value.length <= 2048) assert.equal(parsed.value, value);
  }));
});

Deno.test("jsonLine cuts what is too long, and stays JSON", () => {
  const long = "\n".repeat(100_000);
  const parsed = JSON.parse(jsonLine(record(long, { value: long, object: { long } })));
  for (const key of ["message", "value", "object"]) {
    assert.ok(parsed[key].length <= 2049, key);
    assert.ok(parsed[key].endsWith("\u2026"), key);
  }
});

Deno.test("textLine and jsonLine keep braces of a message that is just text", () => {
  const message = 'TypeError: cannot read {"a": {x}} {{y}}';
  const entry = { ...record(message), message: ["TypeError: cannot read ", undefined, " {y}"] };
  assert.equal(JSON.parse(jsonLine(entry)).message, message);
  assert.ok(textLine(entry).endsWith(message));
});

Deno.test("textLine and jsonLine fill in the places of a message that has properties", () => {
  const entry: LogRecord = {
    ...record("Failed to write to {sink}: {error}", { sink: "stderr", error: new Error("full") }),
    message: ["Failed to write to ", "stderr", ": ", new Error("full"), ""],
  };
  const parsed = JSON.parse(jsonLine(entry));
  assert.equal(parsed.message, "Failed to write to stderr: Error: full");
  assert.equal(parsed.error, "Error: full");
});

Deno.test("escapeControls leaves everything else as it is", () => {
  assert.equal(
    escapeControls("a\x7f\x85\t\u2029\xe4\u{1f600}"),
    "a\\u007f\\u0085\\u0009\\u2029\xe4\u{1f600}",
  );
});
