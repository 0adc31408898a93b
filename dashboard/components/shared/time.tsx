import { useFormat } from "../../state/format.ts";
import { managerNow, useStore } from "../../state/store.ts";
import { words } from "../../words/words.ts";

/** A moment as people say it, `4 min ago`, with the exact time on hover. Unix seconds. */
export function Ago({ time }: { time: number }) {
  const store = useStore();
  const { exact, age } = useFormat();
  return <span title={exact(time)}>{age(managerNow(store) - time)}</span>;
}

/** How long something has lasted: until `end`, or until now. Unix seconds. */
export function Duration({ start, end }: { start: number; end?: number }) {
  const store = useStore();
  const { exact, duration } = useFormat();
  return (
    <span class="whitespace-nowrap tabular-nums" title={words.shared.since(exact(start))}>
      {duration((end ?? managerNow(store)) - start)}
    </span>
  );
}

/** A moment as its exact date and time, in the reader's time zone. Unix seconds. */
export function Exact({ time }: { time: number }) {
  return <span class="whitespace-nowrap tabular-nums">{useFormat().exact(time)}</span>;
}
