import type { Reader, Writer } from "./tcp.ts";

/** A stream that is read as a connection is. */
export function readerOf(stream: ReadableStream<Uint8Array>): Reader {
  const reader = stream.getReader();
  let rest: Uint8Array = new Uint8Array();
  return {
    async read(into) {
      while (rest.length === 0) {
        const { done, value } = await reader.read();
        if (done) return null;
        rest = value;
      }
      const n = Math.min(rest.length, into.length);
      into.set(rest.subarray(0, n));
      rest = rest.subarray(n);
      return n;
    },
  };
}

/** A stream that is written as a connection is, once `send` is given it; it ends when that does. */
export async function sendInto(
  stream: WritableStream<Uint8Array>,
  send: (to: Writer) => Promise<void>,
): Promise<void> {
  const writer = stream.getWriter();
  try {
    await send({
      async write(bytes) {
        await writer.write(bytes);
        return bytes.length;
      },
    });
    await writer.close();
  } catch (error) {
    await writer.abort(error).catch(() => {});
    throw error;
  }
}
