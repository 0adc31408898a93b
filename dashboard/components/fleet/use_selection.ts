import { useState } from "preact/hooks";
import type { ProxySummary } from "../../../manager/api/model.ts";
import { useStore } from "../../state/store.ts";
import {
  NOTHING,
  pruned,
  type Selection,
  shareOf,
  toggled,
  withAll,
} from "../../state/table/selection.ts";

/** The proxies that the reader has chosen, and how they choose; null for readers who may not change anything. */
export function useSelection(shown: readonly ProxySummary[]) {
  const { session, fleet } = useStore();
  const [chosen, choose] = useState<Selection>(NOTHING);
  const { proxies } = fleet.value;
  if (!session.value.can_change) return null;
  const selection = pruned(chosen, (id) => proxies.has(id));
  const ids = shown.map(({ proxy_id }) => proxy_id);
  return {
    /** Those that a filter hides are among them. */
    proxies: [...selection.keys].map((id) => proxies.get(id)!),
    hidden: [...selection.keys].length - ids.filter((id) => selection.keys.has(id)).length,
    has: (id: string) => selection.keys.has(id),
    share: (some: readonly string[] = ids) => shareOf(selection, some),
    /** `order` is how they stand on the screen. */
    toggle: (id: string, extend: boolean, order: readonly string[] = ids) =>
      choose(toggled(selection, id, order, extend)),
    setAll: (on: boolean, some: readonly string[] = ids) => choose(withAll(selection, some, on)),
    clear: () => choose(NOTHING),
  };
}

/** What {@link useSelection} makes for who may choose. */
export type Chosen = NonNullable<ReturnType<typeof useSelection>>;
