import { strict as assert } from "node:assert";
import { beside } from "./eventually.ts";
import { readerOf, sendInto } from "./streams.ts";
import { type Reader, readText, type Writer } from "./tcp.ts";

/** What goes in and out of curl while it runs. */
export interface Pipes<T> {
  /** Gives curl what it uploads with `-T -`. */
  send?: (to: Writer) => Promise<void>;
  take: (from: Reader) => Promise<T>;
}

/** Runs curl, which has to succeed; returns what was made of its output. */
export async function pipeCurl<T>(args: string[], { send, take }: Pipes<T>): Promise<T> {
  await using child = new Deno.Command("curl", {
    args: ["-sS", "--max-time", "120", ...args],
    stdin: send ? "piped" : "null",
    stdout: "piped",
    stderr: "piped",
  }).spawn();
  const errors = new Response(child.stderr).text();
  const sending = beside(send ? sendInto(child.stdin, send) : Promise.resolve());
  const taken = beside(take(readerOf(child.stdout)));
  const { code } = await child.status;
  assert.equal(code, 0, await errors);
  await sending;
  return await taken;
}

/** Runs curl, which has to succeed; returns what it wrote. */
export function curl(...args: string[]): Promise<string> {
  return pipeCurl(args, { take: readText });
}
