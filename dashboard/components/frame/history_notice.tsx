import type { FleetStats } from "../../../manager/api/model.ts";
import { useFormat } from "../../state/format.ts";
import { historyTrouble } from "../../state/history.ts";
import { managerNow, useStore } from "../../state/store.ts";
import { Notice } from "../shared/notice.tsx";

/** Says that the fleet is not being remembered, and why; nothing where it is, or nobody wants it. */
export function HistoryNotice({ history }: { history: FleetStats["history"] | undefined }) {
  const now = managerNow(useStore());
  const { exact, span } = useFormat();
  const trouble = history ? historyTrouble(history, now, span) : null;
  return (
    <>
      <span class="sr-only" role="status">{trouble?.announcement}</span>
      {trouble && <Notice title={exact(trouble.since)}>{trouble.words}</Notice>}
    </>
  );
}
