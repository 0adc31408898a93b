import { useRef } from "preact/hooks";
import type { Command } from "../../../manager/api/model_control.ts";
import { visible } from "../../format.ts";
import { newOrderId } from "../../state/control.ts";
import type { Failure } from "../../state/request.ts";
import { type Store, useStore } from "../../state/store.ts";
import { words } from "../../words/words.ts";

/** Gives an order and tells the outcome: why it could not be given at all, or null. Never rejects. */
export type GiveOrder = (
  command: Command,
  proxies: readonly string[],
  options?: { timeout?: number },
) => Promise<string | null>;

/**
 * How a part of the page gives orders. What one proxy did is told by a toast, all else by a list of the proxies.
 * The same order again, after one whose answer was lost, is known to be the same.
 */
export function useOrder(): GiveOrder {
  const store = useStore();
  const last = useRef({ text: "", id: "" });
  return async (command, proxies, options) => {
    const text = JSON.stringify(command);
    if (last.current.text !== text) last.current = { text, id: newOrderId() };
    const { id } = last.current;
    const answer = await store.control.order(command, proxies, { ...options, id });
    if ("failure" in answer) return failureText(answer.failure);
    last.current = { text: "", id: "" };
    const { results } = answer.value;
    if (results.length === 1 && results[0].outcome === "done") tell(store, results[0]);
    // Once the dialog that asked is closed, so that the focus finds its way back.
    else setTimeout(() => store.control.show(command, answer.value, options?.timeout));
    return null;
  };
}

/** Why an order was not given at all. */
export function failureText({ message }: Failure): string {
  return message === "" ? words.shared.unreachableSentence : visible(message);
}

function tell({ toasts }: Store, { proxy_id, detail }: { proxy_id: string; detail: string }) {
  toasts.done(words.control.toast(proxy_id, detail));
}
