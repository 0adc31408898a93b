import type { ComponentChildren } from "preact";
import { useState } from "preact/hooks";
import { useStore } from "../../state/store.ts";
import { type Action, AT_ONCE, type PlainAction, type Told } from "./actions.ts";
import { ActionDialog } from "./action_dialog.tsx";
import { useOrder } from "./use_order.ts";

/** Begins what proxies are to be told: does it, or asks first, as always of a selection; `leftOut` of that cannot be told so. */
export type Act = (action: Action, ids: readonly string[], leftOut?: number) => void;

/** What a part of the page that offers actions needs: how they begin, and the dialog that asks, to be drawn. */
export function useActions(): { act: Act; dialog: ComponentChildren } {
  const { toasts } = useStore();
  const [told, setTold] = useState<Told | null>(null);
  const give = useOrder();
  const act: Act = async (action, ids, leftOut) => {
    if (!AT_ONCE.has(action) || leftOut !== undefined) {
      return setTold({ action, ids, leftOut: leftOut ?? 0 });
    }
    const why = await give({ command: action as PlainAction }, ids);
    if (why !== null) toasts.failed(why);
  };
  return { act, dialog: told && <ActionDialog told={told} onClose={() => setTold(null)} /> };
}
