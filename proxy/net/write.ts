/** Where the time of the last progress is noted, in Unix seconds. */
export interface Activity {
  last_activity: number;
}

/** Writes all the bytes; throws what `write` throws. Progress that is not the end is noted, for a reader may be slow. */
export async function writeAll(
  conn: Pick<Deno.Conn, "write">,
  bytes: Uint8Array,
  activity?: Activity,
): Promise<void> {
  let rest = bytes;
  for (;;) {
    const n = await conn.write(rest);
    if (n === rest.length) return;
    if (activity) activity.last_activity = Date.now() / 1000;
    rest = rest.subarray(n);
  }
}
