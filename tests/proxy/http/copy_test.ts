import fc from "fast-check";
import { strict as assert } from "node:assert";
import type { Framing } from "../../../proxy/http/body.ts";
import { type Coding, copyBody } from "../../../proxy/http/copy.ts";
import { MAX_HEAD } from "../../../proxy/http/fields.ts";
import { BUFFER_SIZES, BufferPool } from "../../../proxy/net/buffer.ts";
import { Failure } from "../../../proxy/net/failure.ts";
import { ByteReader } from "../../../proxy/net/reader.ts";
import { bytes, onlyHttpError, text } from "../../support/http_bytes.ts";
import { cut, scriptedConn } from "../../support/scripted_conn.ts";

interface Copied {
  out: string;
  /** The source's bytes that the sink was told of. */
  passed: number;
  /** What the reader still holds. */
  rest: string;
  error: unknown;
}

async function copy(
  pieces: Uint8Array[],
  framing: Framing,
  coding: Coding = "as-is",
): Promise<Copied> {
  const reader = new ByteReader(scriptedConn(pieces), new BufferPool());
  const copied: Copied = { out: "", passed: 0, rest: "", error: null };
  const sink = (bytes: Uint8Array, passed: number) => {
    copied.out += text(bytes);
    copied.passed += passed;
    return Promise.resolve();
  };
  try {
    await copyBody(reader, framing, coding, sink, "target_gone");
  } catch (error) {
    copied.error = error;
  }
  copied.rest = text(reader.view);
  return copied;
}

const CHUNKED: Framing = { kind: "chunked" };
const CLOSE: Framing = { kind: "close" };
const length = (length: number): Framing => ({ kind: "length", length });

const copies: [
  title: string,
  framing: Framing,
  coding: Coding,
  body: string,
  out: string,
  rest: string,
][] = [
  ["nothing of no body", { kind: "none" }, "as-is", "", "", ""],
  ["nothing of an empty body", length(0), "as-is", "", "", ""],
  ["a body by its length, and no more", length(5), "as-is", "hellonext", "hello", "next"],
  ["a body up to the close", CLOSE, "as-is", "hello", "hello", ""],
  ["an empty body up to the close", CLOSE, "chunk", "", "0\r\n\r\n", ""],
  ["a body up to the close in chunks", CLOSE, "chunk", "hello", "5\r\nhello\r\n0\r\n\r\n", ""],
  [
    "chunks, and no more",
    CHUNKED,
    "as-is",
    "5\r\nhello\r\n0\r\n\r\nnext",
    "5\r\nhello\r\n0\r\n\r\n",
    "next",
  ],
  [
    "chunks written anew",
    CHUNKED,
    "as-is",
    "00A;x=y\r\n0123456789\r\n00;z\r\n\r\n",
    "a\r\n0123456789\r\n0\r\n\r\n",
    "",
  ],
  [
    "chunks without their coding",
    CHUNKED,
    "unchunk",
    "1\r\na\r\n2\r\nbc\r\n0\r\nT: 1\r\n\r\nnext",
    "abc",
    "next",
  ],
  [
    "trailers that may go on",
    CHUNKED,
    "as-is",
    "0\r\nT: 1\r\nContent-Length: 9\r\n\r\n",
    "0\r\nT: 1\r\n\r\n",
    "",
  ],
];
for (const [title, framing, coding, body, out, rest] of copies) {
  Deno.test(`copyBody passes ${title}`, async () => {
    const copied = await copy(body === "" ? [] : [bytes(body)], framing, coding);
    assert.deepEqual(copied, { out, rest, passed: body.length - rest.length, error: null });
  });
  if (coding === "chunk") continue;
  Deno.test(`copyBody passes ${title} byte by byte`, async () => {
    const copied = await copy(Array.from(bytes(body), (b) => Uint8Array.of(b)), framing, coding);
    assert.equal(copied.error, null);
    // What is behind the body stays with the connection, unread or in the reader.
    assert.deepEqual([copied.out, copied.passed], [out, body.length - rest.length]);
  });
}

const early: [title: string, framing: Framing, coding: Coding, body: string, out: string][] = [
  ["by length", length(9), "as-is", "hello", "hello"],
  ["by length, before its first byte", length(9), "as-is", "", ""],
  ["in chunks, within the data", CHUNKED, "as-is", "5\r\nhel", "5\r\nhel"],
  ["in chunks, within a size", CHUNKED, "as-is", "5\r\nhello\r\n5", "5\r\nhello\r\n"],
  ["in chunks, before the last one", CHUNKED, "as-is", "5\r\nhello\r\n", "5\r\nhello\r\n"],
  ["in chunks, before the trailer", CHUNKED, "as-is", "0\r\n", ""],
  ["in chunks, within the trailer", CHUNKED, "as-is", "0\r\nT: 1\r\n", ""],
  ["in chunks that lose their coding", CHUNKED, "unchunk", "5\r\nhello\r\n0\r\n", "hello"],
];
for (const [title, framing, coding, body, out] of early) {
  Deno.test(`copyBody makes nothing look complete that ends too early: ${title}`, async () => {
    const copied = await copy([bytes(body)], framing, coding);
    assert.ok(copied.error instanceof Failure, String(copied.error));
    assert.equal(copied.error.reason, "target_gone");
    assert.equal(copied.out, out);
  });
}

const refused: [title: string, body: string, status: number][] = [
  ["a malformed chunk", "5\r\nhelloX", 400],
  ["a trailer without a colon", "0\r\nT\r\n\r\n", 400],
  ["a bare LF in the trailer", "0\r\nT: 1\n\r\n", 400],
  ["a bare LF for a trailer", "0\r\n\n", 400],
  ["a trailer section over 64 KiB", `0\r\nT: ${"x".repeat(MAX_HEAD)}\r\n\r\n`, 431],
  ["a trailer section over 64 KiB without an end", `0\r\nT: ${"x".repeat(MAX_HEAD)}`, 431],
];
for (const [title, body, status] of refused) {
  Deno.test(`copyBody refuses ${title}`, async () => {
    const { error, out } = await copy([bytes(body)], CHUNKED);
    assert.equal(
      onlyHttpError(() => {
        throw error;
      }),
      "refused",
    );
    assert.equal((error as { status?: number }).status, status);
    assert.ok(!out.includes("0\r\n"), out.slice(0, 80));
  });
}

Deno.test("copyBody gives the same bytes whatever pieces a body arrives in, larger than any buffer too", async () => {
  const chunk = fc.uint8Array({ minLength: 1, maxLength: 9000 });
  await fc.assert(
    fc.asyncProperty(fc.array(chunk, { maxLength: 6 }), fc.array(fc.nat()), async (parts, at) => {
      const data = parts.map(text).join("");
      const coded = bytes(
        parts.map((part) => `${part.length.toString(16)}\r\n${text(part)}\r\n`).join("") +
          "0\r\n\r\n",
      );
      const pieces = cut(coded, at);
      const asIs = await copy(pieces, CHUNKED);
      assert.deepEqual([asIs.error, asIs.out === text(coded)], [null, true]);
      assert.equal(asIs.passed, coded.length);
      const plain = await copy(pieces, CHUNKED, "unchunk");
      assert.deepEqual([plain.error, plain.out === data], [null, true]);
      const again = await copy(
        [bytes((await copy(cut(bytes(data), at), CLOSE, "chunk")).out)],
        CHUNKED,
        "unchunk",
      );
      assert.deepEqual([again.error, again.out === data], [null, true]);
    }),
    { numRuns: 60 },
  );
});

Deno.test("copyBody reads no further ahead of a slow reader than one buffer", async () => {
  let read = 0;
  let passed = 0;
  const slow = Promise.withResolvers<void>();
  const conn = {
    read: (into: Uint8Array) => {
      read += into.length;
      return Promise.resolve(into.length);
    },
  } as Deno.Conn;
  const standing = Promise.withResolvers<void>();
  const sink = async (_: Uint8Array, n: number) => {
    if (passed > 8 << 20) {
      standing.resolve();
      await slow.promise;
      throw new Failure("client_gone");
    }
    passed += n;
  };
  const reader = new ByteReader(conn, new BufferPool());
  const framing: Framing = { kind: "length", length: 1 << 30 };
  const copying = copyBody(reader, framing, "as-is", sink, "target_gone");
  await standing.promise;
  assert.equal(read - passed, BUFFER_SIZES.at(-1));
  slow.resolve();
  await assert.rejects(copying, Failure);
});
