import fc from "fast-check";
import { strict as assert } from "node:assert";
import { ChunkScanner, declaredFraming, type Framing } from "../../../proxy/http/body.ts";
import { parseFields } from "../../../proxy/http/fields.ts";
import { bytes, onlyHttpError, refuses, text } from "../../support/http_bytes.ts";
import { cut } from "../../support/scripted_conn.ts";

function framing(lines: string[], minor = 1): Framing | null {
  const all = bytes(lines.map((line) => `${line}\r\n`).join(""));
  return declaredFraming(all, parseFields(all, 0, all.length), minor);
}

const TE = "Transfer-Encoding";
const CL = "Content-Length";

const declared: [lines: string[], framing: Framing | null][] = [
  [[], null],
  [["X: 5"], null],
  [[`${CL}: 0`], { kind: "length", length: 0 }],
  [[`${CL}: 5`], { kind: "length", length: 5 }],
  [[`${CL}:  5\t`], { kind: "length", length: 5 }],
  [[`${CL}: 0005`], { kind: "length", length: 5 }],
  [[`${CL}: 9007199254740991`], { kind: "length", length: Number.MAX_SAFE_INTEGER }],
  [[`${TE}: chunked`], { kind: "chunked" }],
  [[`${TE}: Chunked`], { kind: "chunked" }],
  [[`${TE}: CHUNKED`], { kind: "chunked" }],
  [[`${TE}:\tchunked `], { kind: "chunked" }],
];
for (const [lines, expected] of declared) {
  Deno.test(`declaredFraming reads ${JSON.stringify(lines)}`, () => {
    assert.deepEqual(framing(lines), expected);
  });
}

const refused: [lines: string[], status: number, minor?: number][] = [
  [[`${CL}: 5`, `${CL}: 5`], 400],
  [[`${CL}: 5`, `${CL}: 6`], 400],
  [[`${CL}: 5, 5`], 400],
  [[`${CL}: 5,`], 400],
  [[`${CL}: +5`], 400],
  [[`${CL}: -5`], 400],
  [[`${CL}: -0`], 400],
  [[`${CL}: 0x5`], 400],
  [[`${CL}: 5e1`], 400],
  [[`${CL}: 5.0`], 400],
  [[`${CL}: 5 5`], 400],
  [[`${CL}: 5\xa0`], 400],
  [[`${CL}: a`], 400],
  [[`${CL}: "5"`], 400],
  [[`${CL}:`], 400],
  [[`${CL}: Infinity`], 400],
  [[`${CL}: \xb2`], 400],
  [[`${CL}: 9007199254740992`], 400],
  [[`${CL}: 99999999999999999999999`], 400],
  [[`${CL}: 5`, `${TE}: chunked`], 400],
  [[`${TE}: chunked`, `${CL}: 5`], 400],
  [[`${TE}: chunked`, `${CL}: 0`], 400],
  [[`${TE}: chunked`, `${TE}: chunked`], 400],
  [[`${TE}: gzip`, `${TE}: chunked`], 400],
  [[`${TE}: chunked, chunked`], 400],
  [[`${TE}: chunked, gzip`], 400],
  [[`${TE}: gzip`], 400],
  [[`${TE}: identity`], 400],
  [[`${TE}: chunked, identity`], 400],
  [[`${TE}: xchunked`], 400],
  [[`${TE}: chunkedx`], 400],
  [[`${TE}: chunked;q=1`], 400],
  [[`${TE}: "chunked"`], 400],
  [[`${TE}: chunked\xa0`], 400],
  [[`${TE}: \xa0chunked`], 400],
  [[`${TE}: ch\xfcnked`], 400],
  [[`${TE}:`], 400],
  [[`${TE}: ,`], 400],
  [[`${TE}: , chunked`], 400],
  [[`${TE}: chunked,`], 400],
  [[`${TE}: chunked, ,`], 400],
  [[`${TE}: chunked`], 400, 0],
  [[`${TE}: gzip, chunked`], 501],
  [[`${TE}: identity, chunked`], 501],
  [[`${TE}: x;a="b", chunked`], 501],
];
for (const [lines, status, minor] of refused) {
  const version = minor === 0 ? " in HTTP/1.0" : "";
  Deno.test(`declaredFraming answers ${status} to ${JSON.stringify(lines)}${version}`, () => {
    refuses(() => framing(lines, minor), status);
  });
}

/** What a scanner sees of a body in these pieces: chunks with their data, and what it leaves behind. */
function scan(pieces: Uint8Array[]) {
  const scanner = new ChunkScanner();
  const chunks: { size: number; data: string; ended: boolean }[] = [];
  let rest = "";
  for (const piece of pieces) {
    // Placed within a larger buffer, so that an offset forgotten shows.
    const buffer = new Uint8Array(piece.length + 7).fill(0x41);
    buffer.set(piece, 3);
    const stop = scanner.scan(buffer, 3, 3 + piece.length, {
      onSize: (size) => chunks.push({ size, data: "", ended: false }),
      onData: (from, to) => {
        assert.ok(from < to && from >= 3 && to <= 3 + piece.length);
        chunks.at(-1)!.data += text(buffer.subarray(from, to));
      },
      onEnd: () => chunks.at(-1)!.ended = true,
    });
    assert.ok(scanner.ended || stop === 3 + piece.length);
    rest += text(buffer.subarray(stop, 3 + piece.length));
  }
  return { chunks, rest, ended: scanner.ended };
}

const scanText = (body: string) => scan([bytes(body)]);
const chunk = (data: string) => ({ size: data.length, data, ended: true });

const bodies: [title: string, body: string, data: string[], rest: string][] = [
  ["no chunk but the last", "0\r\n\r\n", [], "\r\n"],
  ["one chunk", "5\r\nhello\r\n0\r\n\r\n", ["hello"], "\r\n"],
  [
    "two chunks and a trailer",
    "1\r\na\r\n2\r\nbc\r\n0\r\nA: b\r\n\r\n",
    ["a", "bc"],
    "A: b\r\n\r\n",
  ],
  ["hexadecimal in both cases", `A\r\n${"x".repeat(10)}\r\nb\r\n${"y".repeat(11)}\r\n0\r\n`, [
    "x".repeat(10),
    "y".repeat(11),
  ], ""],
  ["leading zeros", "0005\r\nhello\r\n0000\r\n", ["hello"], ""],
  ["sixteen digits", "0000000000000001\r\na\r\n0000000000000000\r\n", ["a"], ""],
  ["an extension", '5;a=b;c="d"\r\nhello\r\n0;e\r\n', ["hello"], ""],
  ["an empty extension", "1;\r\na\r\n0\r\n", ["a"], ""],
  ["an extension with tab and bytes above ASCII", "1;\t\xe4\r\na\r\n0\r\n", ["a"], ""],
  ["data that looks like framing", "7\r\n0\r\n\r\n0\r\r\n0\r\n", ["0\r\n\r\n0\r"], ""],
];
for (const [title, body, data, rest] of bodies) {
  Deno.test(`ChunkScanner reads ${title}`, () => {
    assert.deepEqual(scanText(body), { chunks: data.map(chunk), rest, ended: true });
  });
}

const malformed: [title: string, body: string][] = [
  ["an empty size", "\r\n"],
  ["a size that is no number", "x\r\n"],
  ["a signed size", "+5\r\nhello\r\n"],
  ["a negative size", "-5\r\nhello\r\n"],
  ["0x before the size", "0x5\r\nhello\r\n"],
  ["a letter behind the size", "5g\r\nhello\r\n"],
  ["a blank before the size", " 5\r\nhello\r\n"],
  ["a blank behind the size", "5 \r\nhello\r\n"],
  ["a blank before the extension", "5 ;a\r\nhello\r\n"],
  ["an underscore in the size", "1_0\r\n"],
  ["a fullwidth byte in the size", "\xb5\r\n"],
  ["seventeen digits", "00000000000000001\r\n"],
  ["a size beyond the safe integers", "20000000000000\r\n"],
  ["a size that would wrap around", "FFFFFFFFFFFFFFFF\r\n"],
  ["a bare LF behind the size", "5\nhello\r\n"],
  ["a bare CR behind the size", "5\rhello\r\n"],
  ["a bare LF in an extension", "5;a\nhello\r\n"],
  ["a bare CR in an extension", "5;a\rb\r\nhello\r\n"],
  ["NUL in an extension", "5;\0\r\nhello\r\n"],
  ["an extension over 256 bytes", `5;${"a".repeat(257)}\r\nhello\r\n`],
  ["data longer than its size", "5\r\nhellox\r\n"],
  ["data without an end", "5\r\nhello0\r\n"],
  ["a bare LF behind data", "5\r\nhello\n0\r\n"],
  ["a bare CR behind data", "5\r\nhello\r0\r\n"],
];
for (const [title, body] of malformed) {
  Deno.test(`ChunkScanner refuses ${title}`, () => {
    assert.match(refuses(() => scanText(body), 400), /^malformed/);
  });
  Deno.test(`ChunkScanner refuses ${title} byte by byte`, () => {
    const all = bytes(body);
    refuses(() => scan(Array.from(all, (byte) => Uint8Array.of(byte))), 400);
  });
}

Deno.test("ChunkScanner takes an extension of 256 bytes, for each chunk anew", () => {
  const extension = "e".repeat(256);
  assert.equal(scanText(`1;${extension}\r\na\r\n0;${extension}\r\n`).ended, true);
});

Deno.test("ChunkScanner tells an unfinished body from a finished one", () => {
  for (const body of ["", "5", "5\r", "5\r\n", "5\r\nhell", "5\r\nhello\r\n", "0", "0\r"]) {
    assert.equal(scanText(body).ended, false, JSON.stringify(body));
  }
});

Deno.test("ChunkScanner sees the same whatever pieces a body arrives in", () => {
  const body = fc.array(fc.tuple(fc.uint8Array({ minLength: 1, maxLength: 40 }), fc.boolean()))
    .map((chunks) => {
      const coded = chunks.map(([data, extended]) =>
        `${data.length.toString(16)}${extended ? ";x=y" : ""}\r\n${text(data)}\r\n`
      ).join("") + "0\r\nA: b\r\n\r\n";
      return {
        bytes: bytes(coded),
        data: chunks.map(([data]) =>
          chunk(text(data))
        ),
      };
    });
  fc.assert(fc.property(body, fc.array(fc.nat()), (body, places) => {
    const expected = { chunks: body.data, rest: "A: b\r\n\r\n", ended: true };
    assert.deepEqual(scan([body.bytes]), expected);
    assert.deepEqual(scan(cut(body.bytes, places)), expected);
    assert.deepEqual(scan(Array.from(body.bytes, (byte) => Uint8Array.of(byte))), expected);
  }));
});

Deno.test("ChunkScanner gives the same verdict whatever pieces arbitrary bytes arrive in", () => {
  const seen = new Set<string>();
  const piece = fc.constantFrom(
    "0",
    "1",
    "5",
    "a",
    "\r\n",
    "\r\n",
    "\r",
    "\n",
    ";",
    "x",
    " ",
    "\0",
  );
  fc.assert(
    fc.property(fc.array(piece), fc.array(fc.nat()), (pieces, places) => {
      const all = bytes(pieces.join(""));
      const whole = onlyHttpError(() => scan([all]));
      assert.equal(onlyHttpError(() => scan(cut(all, places))), whole);
      seen.add(whole);
    }),
    { numRuns: 1000 },
  );
  assert.deepEqual([...seen].sort(), ["refused", "returned"]);
});
