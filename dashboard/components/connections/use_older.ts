import { useEffect, useRef, useState } from "preact/hooks";
import { olderRows, STATES_OF } from "../../state/connections/older.ts";
import type { ConnectionRow, Tab } from "../../state/connections/row.ts";
import type { Failure } from "../../state/request.ts";
import { useStore } from "../../state/store.ts";

/** Rows of the log that are kept in the page at most. */
export const MAX_OLDER = 5_000;
const PAGE = 500;

/** What the log of the manager's history has beyond what is live. */
export interface Older {
  rows: readonly ConnectionRow[];
  /** Whether there may be more, and they may be asked for. */
  more: boolean;
  busy: boolean;
  /** Why the last attempt brought nothing, or null. */
  failure: Failure | null;
  isFull: boolean;
  load: () => void;
}

interface Loaded {
  of: string;
  rows: readonly ConnectionRow[];
  /** The cursor of the next page; null where there is none. */
  next: string | null;
  failure: Failure | null;
}

/** Connections that ended before the manager's list of recent ones begins, where it has a history. */
export function useOlder(tab: Tab, proxyId: string | null): Older {
  const store = useStore();
  const of = JSON.stringify([tab, proxyId]);
  const nothing: Loaded = { of, rows: [], next: "", failure: null };
  const [loaded, setLoaded] = useState(nothing);
  const [busy, setBusy] = useState(false);
  const asked = useRef<AbortController | null>(null);
  useEffect(() => () => {
    asked.current?.abort();
    setBusy(false);
  }, [of]);
  const current = loaded.of === of ? loaded : nothing;
  const isFull = current.rows.length >= MAX_OLDER;
  const load = async () => {
    if (busy || current.next === null) return;
    const { signal } = asked.current = new AbortController();
    setBusy(true);
    const question = { states: STATES_OF[tab], proxyId, cursor: current.next, limit: PAGE };
    const answer = await store.client.log(question, signal);
    if (signal.aborted) return;
    setBusy(false);
    if ("failure" in answer) return setLoaded({ ...current, failure: answer.failure });
    const rows = olderRows(answer.value, proxyId, current.rows);
    const all = [...current.rows, ...rows].slice(0, MAX_OLDER);
    setLoaded({ of, rows: all, next: answer.value.next, failure: null });
  };
  const hasHistory = store.fleet.value.stats?.history.state === "on";
  return {
    ...{ rows: current.rows, busy, failure: current.failure, isFull, load: () => void load() },
    more: hasHistory && tab !== "active" && current.next !== null && !isFull,
  };
}
