import type { ErrorReply } from "../../manager/api/model.ts";
import type { Failure } from "../state/request.ts";

/** Which figures over time are asked for; Unix seconds, `to` of null is now. */
export interface Question {
  /** Null is the whole fleet. */
  proxyId: string | null;
  from: number;
  to: number | null;
  /** The busiest proxies too. */
  by: boolean;
}

/** What came back, or why nothing did. */
export type Answer<T> = { value: T } | { failure: Failure };

/** What the client's replies have in common. */
interface Reply {
  ok: boolean;
  json(): Promise<unknown>;
}

/** The JSON of a reply, or its error; never rejects. One that was given up is `aborted`. */
export async function answerOf<T>(ask: () => Promise<Reply>): Promise<Answer<T>> {
  try {
    const reply = await ask();
    const body = await reply.json();
    // The manager serves this page itself, and validates what it sends.
    if (reply.ok) return { value: body as T };
    const { error } = body as ErrorReply;
    return { failure: { code: error.code, message: error.message } };
  } catch (error) {
    const isAborted = error instanceof DOMException && error.name === "AbortError";
    return { failure: { code: isAborted ? "aborted" : "unreachable", message: "" } };
  }
}
