import { z } from "zod";
import type { Rank } from "./ranking.ts";

/** The longest cursor that is taken: four keys of the longest texts there are. */
export const MAX_CURSOR = 8_192;
const MAX_KEYS = 4;

const cursorSchema = z.object({
  /** The query's order, so that a cursor is not used with another. */
  o: z.string().max(200),
  k: z.array(z.union([z.number(), z.string().max(300)])).max(MAX_KEYS),
  n: z.string().max(300),
  i: z.number(),
});

/** A row's rank as a token that a client hands back. */
export function encodeCursor({ keys, name, number }: Rank, order: string): string {
  const text = JSON.stringify({ o: order, k: keys, n: name, i: number });
  return new TextEncoder().encode(text).toBase64({ alphabet: "base64url", omitPadding: true });
}

/** The rank that a cursor holds; null where it is none, or one of another order. */
export function decodeCursor(cursor: string, order: string): Rank | null {
  try {
    const bytes = Uint8Array.fromBase64(cursor, { alphabet: "base64url" });
    const parsed = cursorSchema.parse(JSON.parse(new TextDecoder().decode(bytes)));
    if (parsed.o !== order) return null;
    return { keys: parsed.k, name: parsed.n, number: parsed.i };
  } catch {
    return null;
  }
}
