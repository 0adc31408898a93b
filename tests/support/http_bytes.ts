import { strict as assert } from "node:assert";
import { HttpError } from "../../proxy/http/error.ts";

/** Text as bytes, one for each character. */
export function bytes(text: string): Uint8Array<ArrayBuffer> {
  return Uint8Array.from(text, (character) => character.charCodeAt(0));
}

/** Bytes as text, one character for each. */
export function text(bytes: Uint8Array): string {
  return Array.from(bytes, (byte) => String.fromCharCode(byte)).join("");
}

/** Asserts that `run` throws an HttpError with this status, and returns its message. */
export function refuses(run: () => unknown, status: number): string {
  let thrown: unknown = null;
  let result: unknown;
  try {
    result = run();
  } catch (error) {
    thrown = error;
  }
  assert.ok(
    thrown instanceof HttpError,
    `expected ${status}, got ${thrown ?? JSON.stringify(result)}`,
  );
  assert.equal(thrown.status, status, thrown.message);
  assert.match(thrown.message, /^[^\r\n]+$/);
  return thrown.message;
}

/** Asserts that `run` returns or throws an HttpError; tells which, and fails for any other error. */
export function onlyHttpError(run: () => unknown): "returned" | "refused" {
  try {
    run();
    return "returned";
  } catch (error) {
    assert.ok(error instanceof HttpError, `expected an HttpError, got ${(error as Error)?.stack}`);
    return "refused";
  }
}
