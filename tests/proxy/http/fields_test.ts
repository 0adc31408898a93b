import fc from "fast-check";
import { strict as assert } from "node:assert";
import {
  equalsIgnoreCase,
  FIELD,
  headLength,
  latin1,
  listElements,
  MAX_HEAD,
  parseFields,
  valueText,
} from "../../../proxy/http/fields.ts";
import { bytes, onlyHttpError, refuses } from "../../support/http_bytes.ts";

function parse(lines: string) {
  const all = bytes(lines);
  return parseFields(all, 0, all.length).map((field) => ({
    id: field.id,
    name: latin1(all, field.line, field.nameEnd),
    value: valueText(all, field),
    line: latin1(all, field.line, field.end),
  }));
}

const values: [title: string, line: string, name: string, value: string][] = [
  ["a plain field", "Accept: text/html\r\n", "Accept", "text/html"],
  ["no space after the colon", "A:b\r\n", "A", "b"],
  ["an empty value", "A:\r\n", "A", ""],
  ["a value of blanks", "A: \t \r\n", "A", ""],
  ["blanks around the value", "A: \t b c \t\r\n", "A", "b c"],
  ["a colon in the value", "A: b:c\r\n", "A", "b:c"],
  ["bytes above ASCII in the value", "A: \x80\xff\r\n", "A", "\x80\xff"],
  ["every character of a token", "!#$%&'*+-.^_`|~09AZaz: x\r\n", "!#$%&'*+-.^_`|~09AZaz", "x"],
];
for (const [title, line, name, value] of values) {
  Deno.test(`parseFields takes ${title}`, () => {
    assert.deepEqual(parse(line), [{ id: FIELD.other, name, value, line }]);
  });
}

const refused: [title: string, lines: string][] = [
  ["no colon", "Accept\r\n"],
  ["an empty line", "\r\n"],
  ["an empty name", ": x\r\n"],
  ["a blank before the colon", "A : x\r\n"],
  ["a tab before the colon", "A\t: x\r\n"],
  ["a folded line (space)", "A: x\r\n y\r\n"],
  ["a folded line (tab)", "A: x\r\n\ty\r\n"],
  ["a first line that begins with a space", " A: x\r\n"],
  ["a bracket in the name", "A(b): x\r\n"],
  ["a quote in the name", 'A"b": x\r\n'],
  ["a slash in the name", "A/b: x\r\n"],
  ["a byte above ASCII in the name", "\xc4: x\r\n"],
  ["NUL in the name", "A\0: x\r\n"],
  ["NUL in the value", "A: x\0y\r\n"],
  ["DEL in the value", "A: x\x7f\r\n"],
  ["a control byte in the value", "A: x\x01\r\n"],
  ["ESC in the value", "A: x\x1b[0m\r\n"],
  ["a vertical tab in the value", "A: x\vy\r\n"],
  ["a bare CR in the value", "A: x\ry\r\n"],
  ["a bare CR before the end", "A: x\r\r\n"],
  ["a bare LF in the value", "A: x\ny\r\n"],
  ["a line without an end", "A: x"],
  ["a name without an end", "A"],
  ["a line that ends with CR alone", "A: x\r"],
];
for (const [title, lines] of refused) {
  Deno.test(`parseFields refuses ${title}`, () => {
    refuses(() => parse(lines), 400);
  });
}

const known: [string, number][] = [
  ["Host", FIELD.host],
  ["hOsT", FIELD.host],
  ["Content-Length", FIELD.contentLength],
  ["TRANSFER-ENCODING", FIELD.transferEncoding],
  ["connection", FIELD.connection],
  ["Expect", FIELD.expect],
  ["Via", FIELD.via],
  ["Proxy-Authorization", FIELD.proxyAuthorization],
  ["Proxy-Connection", FIELD.hop],
  ["Keep-Alive", FIELD.hop],
  ["TE", FIELD.hop],
  ["Trailer", FIELD.hop],
  ["Upgrade", FIELD.upgrade],
  ["Proxy-Authenticate", FIELD.hop],
  ["Proxy-Authentication-Info", FIELD.hop],
  ["Hos", FIELD.other],
  ["Hosts", FIELD.other],
  ["Content_Length", FIELD.other],
  // Folding case by a bit alone would make "-" of CR.
  ["Keep^Alive", FIELD.other],
];
for (const [name, id] of known) {
  Deno.test(`parseFields gives ${JSON.stringify(name)} the id ${id}`, () => {
    assert.equal(parse(`${name}: x\r\n`)[0].id, id);
  });
}

Deno.test("parseFields keeps the order and the ranges of many fields", () => {
  const lines = Array.from({ length: 300 }, (_, i) => `X-${i}: v${i} \r\n`);
  const fields = parse(lines.join(""));
  assert.deepEqual(fields.map((field) => field.line), lines);
  assert.deepEqual(fields.map((field) => field.value), lines.map((_, i) => `v${i}`));
});

Deno.test("parseFields never throws anything but HttpError", () => {
  const seen = new Set<string>();
  const piece = fc.constantFrom("A", "b", ":", " ", "\t", "\r", "\n", "\r\n", "\0", "\x7f", "\xe4");
  fc.assert(fc.property(fc.array(piece), (pieces) => {
    seen.add(onlyHttpError(() => parse(pieces.join(""))));
  }));
  fc.assert(fc.property(fc.uint8Array({ maxLength: 200 }), (any) => {
    onlyHttpError(() => parseFields(any, 0, any.length));
  }));
  assert.deepEqual([...seen].sort(), ["refused", "returned"]);
});

Deno.test("headLength finds the empty line, and nothing behind `end`", () => {
  const head = bytes("xxA: b\r\n\r\nrest\r\n\r\n");
  assert.equal(headLength(head, 2, head.length), 8);
  assert.equal(headLength(head, 2, 10), 8);
  assert.equal(headLength(head, 2, 9), -1);
  assert.equal(headLength(head, 2, 2), -1);
});

Deno.test("headLength is the same for any pieces that a head arrives in", () => {
  const head = bytes("GET / HTTP/1.1\r\nA: b\r\n\r\n\r\n\r\n");
  const whole = headLength(head, 0, head.length);
  fc.assert(fc.property(fc.array(fc.integer({ min: 1, max: 9 })), (steps) => {
    let scanned = 0;
    for (let end = 0;;) {
      end = Math.min(head.length, end + (steps.shift() ?? head.length));
      const length = headLength(head, 0, end, scanned);
      if (length >= 0) return assert.equal(length, whole);
      assert.ok(end < whole, `not found at ${end}`);
      scanned = end;
    }
  }));
});

for (const head of ["\n", "A\n", "A\n\r\n", "A: b\r\n\n", "A: b\r\nC: d\n\r\n", "\r\nA\n\n"]) {
  Deno.test(`headLength refuses the bare LF in ${JSON.stringify(head)}`, () => {
    const all = bytes(head);
    refuses(() => headLength(all, 0, all.length), 400);
  });
}

Deno.test("headLength refuses a head over 64 KiB with 431, whole or not", () => {
  const head = (size: number) => bytes(`A: ${"x".repeat(size - 7)}\r\n\r\n`);
  const largest = head(MAX_HEAD);
  assert.equal(headLength(largest, 0, MAX_HEAD), MAX_HEAD);
  assert.equal(headLength(largest, 0, MAX_HEAD - 1), -1);
  const over = head(MAX_HEAD + 2);
  refuses(() => headLength(over, 0, over.length), 431);
  refuses(() => headLength(over, 0, MAX_HEAD + 1), 431);
});

const lists: [string, string[]][] = [
  ["", []],
  [" , ,", []],
  ["Close", ["close"]],
  ["a, B ,c", ["a", "b", "c"]],
  ["a\t,\t b", ["a", "b"]],
  ["a b", ["a b"]],
  // Not blanks in HTTP: JavaScript's trim() would take them off.
  ["\xa0chunked", ["\xa0chunked"]],
  ["a,b\xa0", ["a", "b\xa0"]],
];
for (const [value, elements] of lists) {
  Deno.test(`listElements splits ${JSON.stringify(value)}`, () => {
    assert.deepEqual(listElements(value), elements);
  });
}

Deno.test("equalsIgnoreCase folds letters alone, and does not read past the end as a match", () => {
  assert.equal(equalsIgnoreCase(bytes("x-HoSt"), 2, "host"), true);
  assert.equal(equalsIgnoreCase(bytes("hos"), 0, "host"), false);
  assert.equal(equalsIgnoreCase(bytes("@"), 0, "`"), false);
  assert.equal(equalsIgnoreCase(bytes("\r"), 0, "-"), false);
});
