import { useFormat } from "../../state/format.ts";
import { type Store, useStore } from "../../state/store.ts";
import { words } from "../../words/words.ts";
import { Shape } from "../shared/status.tsx";

/** Whether the figures are live. Takes no room of its own, so that nothing moves when the link is lost. */
export function LinkStatus() {
  const store = useStore();
  const { phase } = store.fleet.value;
  return (
    <>
      <span class="sr-only" role="status">{announcement(store)}</span>
      {phase === "lost" ? <Lost /> : (
        <span
          class={phase === "live"
            ? "flex items-center gap-2 text-ok"
            : "flex items-center gap-2 text-muted"}
          aria-hidden="true"
        >
          <Shape name={phase === "live" ? "disc" : "half"} />
          {phase === "live" ? words.frame.live : words.frame.connecting}
        </span>
      )}
    </>
  );
}

/** In the header where there is room; on a narrow screen at its bottom, over the last rows. */
function Lost() {
  const store = useStore();
  return (
    <div class="flex min-w-0 items-center gap-3 rounded-lg border border-warn bg-warn-tint py-1 pr-1 pl-3 text-sm max-md:fixed max-md:right-4 max-md:bottom-4 max-md:left-20 max-md:z-30 max-sm:bottom-18 max-sm:left-4 max-md:py-2">
      <span class="text-warn">
        <Shape name="triangle" />
      </span>
      <p class="min-w-0 tabular-nums">{lostWords(store, useFormat().age)}</p>
      <button
        type="button"
        onClick={() => store.retry()}
        class="ml-auto shrink-0 rounded-md px-2 py-1 font-medium text-warn hover:underline"
      >
        {words.frame.tryNow}
      </button>
    </div>
  );
}

function lostWords(store: Store, age: (seconds: number) => string): string {
  const { stats, since } = store.fleet.value;
  if (stats === null) return words.frame.unreachable;
  return words.frame.lost(age((store.now.value - since) / 1000));
}

/** What a screen reader says when it changes: without the seconds, which would never let it rest. */
function announcement(store: Store): string {
  const { phase, stats } = store.fleet.value;
  if (phase === "connecting") return words.frame.announceConnecting;
  if (phase === "live") return words.frame.announceLive;
  return stats === null ? words.frame.unreachable : words.frame.announceLost;
}
