import type { FleetStats } from "../../../manager/api/model.ts";
import { useFormat } from "../../state/format.ts";
import { historyTrouble } from "../../state/history.ts";
import { managerNow, useStore } from "../../state/store.ts";
import { Shape } from "../shared/status.tsx";

/** Says that the fleet is not being remembered, and why; nothing where it is, or nobody wants it. */
export function HistoryNotice({ history }: { history: FleetStats["history"] | undefined }) {
  const now = managerNow(useStore());
  const { exact, span } = useFormat();
  const trouble = history ? historyTrouble(history, now, span) : null;
  return (
    <>
      <span class="sr-only" role="status">{trouble?.announcement}</span>
      {trouble && (
        <div class="flex gap-3 rounded-lg border border-warn bg-warn-tint px-4 py-2.5">
          <span class="flex h-5 items-center text-warn">
            <Shape name="triangle" />
          </span>
          <p class="min-w-0 wrap-anywhere tabular-nums" title={exact(trouble.since)}>
            {trouble.words}
          </p>
        </div>
      )}
    </>
  );
}
