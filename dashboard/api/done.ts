import type { ErrorReply } from "../../manager/api/model.ts";
import { visible } from "../format.ts";
import { words } from "../words/words.ts";

/** Why the manager did not do what it was asked to, in words, or null where it did. Never rejects. */
export async function doneOf(
  ask: () => Promise<{ ok: boolean; json(): Promise<unknown> }>,
): Promise<string | null> {
  try {
    const reply = await ask();
    if (reply.ok) return null;
    return visible((await reply.json() as ErrorReply).error.message);
  } catch {
    return words.shared.unreachableSentence;
  }
}
