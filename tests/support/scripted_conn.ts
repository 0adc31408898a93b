/** A connection that brings these pieces, each cut to the reader's room, and then ends; only its reading side. */
export function scriptedConn(pieces: readonly Uint8Array[]): Deno.Conn {
  const rest = pieces.filter((piece) => piece.length > 0);
  const read = (into: Uint8Array): Promise<number | null> => {
    const piece = rest.shift();
    if (piece === undefined) return Promise.resolve(null);
    const n = Math.min(piece.length, into.length);
    into.set(piece.subarray(0, n));
    if (n < piece.length) rest.unshift(piece.subarray(n));
    return Promise.resolve(n);
  };
  return { read } as Deno.Conn;
}

/** The bytes cut at these places (taken modulo the length, in any order). */
export function cut(bytes: Uint8Array, places: readonly number[]): Uint8Array[] {
  const at = [...new Set(places.map((place) => place % (bytes.length + 1)))].sort((a, b) => a - b);
  return [0, ...at].map((from, i) => bytes.subarray(from, at[i] ?? bytes.length));
}
