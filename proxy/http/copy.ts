import { Failure, type FailureReason } from "../net/failure.ts";
import type { ByteReader } from "../net/reader.ts";
import { ChunkScanner, type Framing } from "./body.ts";
import { headLength, parseFields } from "./fields.ts";
import { sinkParts } from "./gather.ts";
import { bodyTooLarge } from "./rules.ts";
import { encodeChunkSize, encodeTrailers } from "./head.ts";

/** Where a body goes: `bytes`, which may be empty, stand for `passed` bytes of the source. */
export type Sink = (bytes: Uint8Array, passed: number) => Promise<void>;

/** How a body leaves: as it came, with the chunked coding taken off, or put on. */
export type Coding = "as-is" | "unchunk" | "chunk";

const EMPTY = new Uint8Array(0);
const CRLF = Uint8Array.of(13, 10);
const LAST_CHUNK = Uint8Array.of(48, 13, 10, 13, 10);
const LAST_CHUNK_LINE = LAST_CHUNK.subarray(0, 3);

/**
 * Passes one body on while it arrives. Throws HttpError for a malformed one, or a chunked one of more than
 * `max` bytes, and Failure(`onEnd`) for one that ends too early: then nothing was written that would make it
 * look complete. `names` are trailer fields that end here, in lower case.
 */
export async function copyBody(
  reader: ByteReader,
  framing: Framing,
  coding: Coding,
  sink: Sink,
  onEnd: FailureReason,
  names: readonly string[] = [],
  max = Infinity,
): Promise<void> {
  switch (framing.kind) {
    case "none":
      return;
    case "length":
      return await copyLength(reader, framing.length, sink, onEnd);
    case "chunked":
      return await copyChunked(reader, coding, sink, onEnd, names, max);
    case "close":
      return await copyToEnd(reader, coding, sink);
  }
}

async function copyLength(
  reader: ByteReader,
  length: number,
  sink: Sink,
  onEnd: FailureReason,
): Promise<void> {
  for (let left = length; left > 0;) {
    if (reader.available === 0) await fillOrFail(reader, onEnd);
    const n = Math.min(left, reader.available);
    await sink(reader.view.subarray(0, n), n);
    reader.consume(n);
    left -= n;
  }
}

async function copyToEnd(reader: ByteReader, coding: Coding, sink: Sink): Promise<void> {
  for (;;) {
    if (reader.available > 0) {
      const n = reader.available;
      const parts = coding === "chunk" ? asChunk(reader.view) : [reader.view];
      await sinkParts(parts, n, sink, reader.pool);
      reader.consume(n);
    }
    if (!await reader.fill()) break;
  }
  if (coding === "chunk") await sink(LAST_CHUNK, 0);
}

function asChunk(data: Uint8Array): Uint8Array[] {
  return [encodeChunkSize(data.length), data, CRLF];
}

async function copyChunked(
  reader: ByteReader,
  coding: Coding,
  sink: Sink,
  onEnd: FailureReason,
  names: readonly string[],
  max: number,
): Promise<void> {
  const scanner = new ChunkScanner();
  let left = max;
  while (!scanner.ended) {
    if (reader.available === 0) await fillOrFail(reader, onEnd);
    const { buffer, start, end } = reader;
    const out: Uint8Array[] = [];
    // Chunks are written anew instead of passed on as they came: what a stricter or a laxer reader could
    // see differently (extensions, leading zeros) goes no further.
    const stop = scanner.scan(buffer, start, end, {
      onSize: (size) => {
        if ((left -= size) < 0) throw bodyTooLarge(max);
        if (coding === "as-is") out.push(encodeChunkSize(size));
      },
      onData: (from, to) => out.push(buffer.subarray(from, to)),
      onEnd: () => coding === "as-is" && out.push(CRLF),
    });
    await sinkParts(out, stop - start, sink, reader.pool);
    reader.consume(stop - start);
  }
  await copyTrailers(reader, coding, sink, onEnd, names);
}

async function copyTrailers(
  reader: ByteReader,
  coding: Coding,
  sink: Sink,
  onEnd: FailureReason,
  names: readonly string[],
): Promise<void> {
  for (let scanned = 0;;) {
    const { buffer, start, end } = reader;
    if (end - start >= 2 && buffer[start] === 13 && buffer[start + 1] === 10) {
      await sink(coding === "unchunk" ? EMPTY : LAST_CHUNK, 2);
      return reader.consume(2);
    }
    const length = headLength(buffer, start, end, scanned);
    if (length > 0) {
      const fields = parseFields(buffer, start, start + length - 2);
      const trailers = encodeTrailers(buffer, fields, names);
      await sink(coding === "unchunk" ? EMPTY : lastChunk(trailers), length);
      return reader.consume(length);
    }
    scanned = end - start;
    await fillOrFail(reader, onEnd);
  }
}

async function fillOrFail(reader: ByteReader, onEnd: FailureReason): Promise<void> {
  if (await reader.tryFill()) return;
  throw reader.error ?? new Failure(onEnd, "the body ended too early");
}

/** The last chunk, with a trailer section that ends itself. */
function lastChunk(trailers: Uint8Array): Uint8Array {
  const all = new Uint8Array(LAST_CHUNK_LINE.length + trailers.length);
  all.set(LAST_CHUNK_LINE);
  all.set(trailers, LAST_CHUNK_LINE.length);
  return all;
}
