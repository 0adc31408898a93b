import type { ComponentChildren } from "preact";
import { Shape } from "./status.tsx";

/** Something to know about the whole page, with what can be done about it. */
export function Notice(
  { title, action, children }: {
    title?: string;
    action?: ComponentChildren;
    children: ComponentChildren;
  },
) {
  return (
    <div class="flex items-center gap-3 rounded-lg border border-warn bg-warn-tint px-4 py-2.5">
      <span class="flex h-5 shrink-0 items-center self-start text-warn">
        <Shape name="triangle" />
      </span>
      <p class="min-w-0 flex-1 wrap-anywhere tabular-nums" title={title}>{children}</p>
      {action}
    </div>
  );
}
