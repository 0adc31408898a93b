import { strict as assert } from "node:assert";
import { HeadCounter } from "../../../manager/http/head.ts";

Deno.test("HeadCounter finds the ends of heads wherever the pieces are cut", () => {
  const table: [text: string, heads: number, since: number][] = [
    ["GET / HTTP/1.1\r\nHost: x\r\n\r\n", 1, 0],
    ["GET / HTTP/1.1\r\nHost: x\r\n\r\nmore", 1, 4],
    ["GET / HTTP/1.1\r\nHost: x\r\n\r\nGET /b HTTP/1.1\r\n\r\n", 2, 0],
    ["GET / HTTP/1.1\nHost: x\n\n", 1, 0],
    ["GET / HTTP/1.1\r\nHost: x\n\r\n", 1, 0],
    ["GET / HTTP/1.1\r\nHost: x\r\n", 0, 25],
    ["GET / HTTP/1.1\r\n\tfolded\r\n \r\n", 0, 28],
    ["\r\n\r\nGET /", 1, 5],
    ["a\n\n\nb", 1, 2],
    ["", 0, 0],
  ];
  for (const [text, heads, since] of table) {
    for (let size = 1; size <= text.length + 1; size++) {
      const counter = count(new TextEncoder().encode(text), size);
      assert.deepEqual(
        [counter.heads, counter.since],
        [heads, since],
        `${JSON.stringify(text)} by ${size}`,
      );
    }
  }
});

function count(bytes: Uint8Array, size: number): HeadCounter {
  const counter = new HeadCounter();
  for (let at = 0; at < bytes.length; at += size) counter.take(bytes.subarray(at, at + size));
  return counter;
}
