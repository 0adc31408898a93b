import { useState } from "preact/hooks";
import { MAX_EACH } from "../../state/connections/close_each.ts";
import type { ConnectionRow } from "../../state/connections/row.ts";
import { useFormat } from "../../state/format.ts";
import { useStore } from "../../state/store.ts";
import { words } from "../../words/words.ts";
import { useHindrance } from "../control/use_hindrance.ts";
import { Button } from "../shared/button.tsx";
import { CloseSome } from "./close_some.tsx";

const w = words.connections.control;

/** How many connections are chosen, and the way to close them. */
export function RowSelection(
  { rows, onClear }: { rows: readonly ConnectionRow[]; onClear: () => void },
) {
  const { fleet } = useStore();
  const { count, counted } = useFormat();
  const hindrance = useHindrance();
  const [asked, setAsked] = useState<readonly ConnectionRow[] | null>(null);
  const able = rows.filter(({ proxy_id }) => {
    const proxy = fleet.value.proxies.get(proxy_id);
    return proxy !== undefined && hindrance(proxy, "close_connection") === null;
  });
  const others = rows.length - able.length;
  const isTooMany = able.length > MAX_EACH;
  return (
    <>
      {rows.length > 0 && (
        <div
          role="group"
          aria-label={w.selection}
          class="flex flex-wrap items-center gap-x-4 gap-y-2 border-t border-line bg-raised px-4 py-2"
        >
          <p role="status" class="tabular-nums">
            {w.selected(counted(rows.length))}
            {others > 0 && <span class="text-muted">{`, ${w.unable(counted(others))}`}</span>}
            {isTooMany && <span class="text-warn">{`. ${w.tooMany(count(MAX_EACH))}`}</span>}
          </p>
          <div class="flex flex-wrap gap-2">
            <Button
              kind="danger"
              disabled={able.length === 0 || isTooMany}
              onClick={() => setAsked(able)}
            >
              {w.closeSome(counted(able.length))}
            </Button>
            <Button onClick={onClear}>{words.control.clearSelection}</Button>
          </div>
        </div>
      )}
      {asked && <CloseSome rows={asked} onDone={onClear} onClose={() => setAsked(null)} />}
    </>
  );
}
