import type { z } from "zod";

/** A stranger's value as this schema has it, or null where it does not fit. Never throws. */
export function fitting<T>(schema: z.ZodType<T>, value: unknown): T | null {
  try {
    const result = schema.safeParse(value);
    return result.success ? result.data : null;
  } catch {
    // zod compares a `length` whatever it is, and to compare an array that is nested deeply overflows the stack.
    return null;
  }
}
