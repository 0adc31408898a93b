import type { ComponentChildren } from "preact";
import type { ProxySummary } from "../../../manager/api/model.ts";
import { useStore } from "../../state/store.ts";
import { Button } from "../shared/button.tsx";
import type { Action } from "./actions.ts";
import { useActions } from "./use_actions.tsx";
import { useHindrance } from "./use_hindrance.ts";

/** Begins an action at one proxy; nothing for readers who may not change anything. */
export function ActionButton({ proxy, action, children }: {
  proxy: ProxySummary;
  action: Action;
  children: ComponentChildren;
}) {
  const { session } = useStore();
  const { act, dialog } = useActions();
  const why = useHindrance()(proxy, action);
  if (!session.value.can_change) return null;
  return (
    <>
      <Button
        disabled={why !== null}
        title={why ?? undefined}
        onClick={() => act(action, [proxy.proxy_id])}
      >
        {children}
      </Button>
      {dialog}
    </>
  );
}
