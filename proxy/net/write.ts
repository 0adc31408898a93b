/** Writes all the bytes; throws what `write` throws. */
export async function writeAll(conn: Deno.Conn, bytes: Uint8Array): Promise<void> {
  let rest = bytes;
  for (;;) {
    const n = await conn.write(rest);
    if (n === rest.length) return;
    rest = rest.subarray(n);
  }
}
