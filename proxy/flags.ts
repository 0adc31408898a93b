import { z } from "zod";
import { type Address, AddressError } from "./net/address.ts";

/** A flag's value as an address; the issue names the flag, what was expected and what was received. */
export function addressFlag(flag: string, parse: (text: string) => Address) {
  return z.string().transform((text, context) => {
    try {
      return parse(text);
    } catch (error) {
      if (!(error instanceof AddressError)) throw error;
      context.addIssue(`Cannot parse ${flag} ${JSON.stringify(text)}: ${error.message}`);
      return z.NEVER;
    }
  });
}

/** A flag's value as a list with commas between; the issue names the part that `parse` throws AddressError for. */
export function listFlag<T>(flag: string, max: number, parse: (text: string) => T) {
  return z.string().transform((text, context) => {
    const parts = text.split(",");
    if (parts.length > max) {
      context.addIssue(`Cannot use ${flag} with ${parts.length} entries: expected at most ${max}`);
      return z.NEVER;
    }
    const list: T[] = [];
    for (const part of parts) {
      try {
        list.push(parse(part));
      } catch (error) {
        if (!(error instanceof AddressError)) throw error;
        context.addIssue(`Cannot parse ${flag} ${JSON.stringify(part)}: ${error.message}`);
        return z.NEVER;
      }
    }
    return list;
  });
}

/** A flag's value as one of a few words. */
export function wordFlag<const T extends readonly string[]>(flag: string, words: T) {
  return z.enum(words, {
    error: ({ input }) =>
      `Cannot use ${flag} ${JSON.stringify(input)}: expected ${words.join(", ")}`,
  });
}

/** A flag's value as seconds between two bounds. */
export function secondsFlag(flag: string, min: number, max: number) {
  return z.string().transform((text, context) => {
    const seconds = Number(text);
    if (/^\d+(\.\d+)?$/.test(text) && seconds >= min && seconds <= max) return seconds;
    context.addIssue(
      `Cannot parse ${flag} ${JSON.stringify(text)}: expected seconds from ${min} to ${max}`,
    );
    return z.NEVER;
  });
}

/** A flag's value as a whole number between two bounds. */
export function countFlag(flag: string, min: number, max: number) {
  return z.string().transform((text, context) => {
    const count = Number(text);
    if (/^\d+$/.test(text) && count >= min && count <= max) return count;
    context.addIssue(
      `Cannot parse ${flag} ${JSON.stringify(text)}: expected a whole number from ${min} to ${max}`,
    );
    return z.NEVER;
  });
}
