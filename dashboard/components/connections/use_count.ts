import { useEffect, useMemo, useState } from "preact/hooks";
import { useAnswer } from "../../chart/use_answer.ts";
import type { ConnectionFilter } from "../../state/connections/close_filter.ts";
import { type CountedConnections, sumUp } from "../../state/connections/counted.ts";
import { useStore } from "../../state/store.ts";
import { failureText } from "../control/use_order.ts";

/** Counting waits for so long until nothing more is typed, in milliseconds. */
const QUIET_MS = 400;
/** A proxy that takes longer to say than this, in seconds, is not waited for. */
const TIMEOUT_S = 5;

/** How many connections there are now, as far as that is known. */
export interface Count {
  /** Null until it is known of exactly what was asked last. */
  known: CountedConnections | null;
  asking: boolean;
  failure: string | null;
  again: () => void;
}

/** Asks these proxies how many of their connections match; a filter of null asks nothing. */
export function useCount(filter: ConnectionFilter | null, ids: readonly string[]): Count {
  const { control } = useStore();
  const wanted = filter === null || ids.length === 0 ? null : JSON.stringify([filter, ids]);
  const key = useSettled(wanted);
  const [turn, setTurn] = useState(0);
  const asked = useAnswer(key, turn, () => {
    const [filter, ids] = JSON.parse(key!) as [ConnectionFilter, string[]];
    return control.order({ command: "count_matching", filter }, ids, { timeout: TIMEOUT_S });
  });
  const isCurrent = wanted !== null && wanted === key && asked.key === key;
  const known = useMemo(() => asked.value && sumUp(asked.value), [asked.value]);
  return {
    known: isCurrent && !asked.asking && asked.failure === null ? known : null,
    asking: wanted !== null && (!isCurrent || asked.asking),
    failure: isCurrent && asked.failure ? failureText(asked.failure) : null,
    again: () => setTurn(turn + 1),
  };
}

/** The value once it has not changed for a while; the first one at once. */
function useSettled<T>(value: T): T {
  const [settled, setSettled] = useState(value);
  useEffect(() => {
    if (value === settled) return;
    const timer = setTimeout(() => setSettled(value), QUIET_MS);
    return () => clearTimeout(timer);
  }, [value, settled]);
  return settled;
}
