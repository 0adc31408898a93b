import { useState } from "preact/hooks";
import type { ConnectionRow, Tab } from "../../state/connections/row.ts";
import { managerNow, useStore } from "../../state/store.ts";

interface Frozen {
  /** Copies: the rows themselves go on changing. */
  rows: ConnectionRow[];
  now: number;
  feed: unknown;
  appeared: Record<Tab, number>;
}

/** Lets the list stand still, while it is counted what comes. */
export function usePause(tab: Tab) {
  const store = useStore();
  const [frozen, setFrozen] = useState<Frozen | null>(null);
  const feed = store.connections.feed.value;
  // What was frozen is another proxy's, or the fleet's.
  const current = frozen?.feed === feed ? frozen : null;
  return {
    frozen: current,
    /** Connections that have come to this tab since. */
    fresh: current ? feed.appeared[tab] - current.appeared[tab] : 0,
    toggle() {
      if (current) return setFrozen(null);
      const rows = feed.rows().map((row) => ({ ...row, meter: { ...row.meter } }));
      setFrozen({ rows, now: managerNow(store), feed, appeared: { ...feed.appeared } });
    },
  };
}
