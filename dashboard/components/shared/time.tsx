import { formatAge, formatDuration, formatExact } from "../../format.ts";
import { managerNow, useStore } from "../../state/store.ts";

/** A moment as people say it, `4 min ago`, with the exact time on hover. Unix seconds. */
export function Ago({ time }: { time: number }) {
  const store = useStore();
  return <span title={formatExact(time)}>{formatAge(managerNow(store) - time)}</span>;
}

/** How long something has lasted: until `end`, or until now. Unix seconds. */
export function Duration({ start, end }: { start: number; end?: number }) {
  const store = useStore();
  return (
    <span class="whitespace-nowrap tabular-nums" title={`since ${formatExact(start)}`}>
      {formatDuration((end ?? managerNow(store)) - start)}
    </span>
  );
}
