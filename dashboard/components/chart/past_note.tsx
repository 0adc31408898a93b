import type { Asked } from "../../chart/use_answer.ts";
import { visible } from "../../format.ts";
import type { Failure } from "../../state/request.ts";
import { words } from "../../words/words.ts";

/** The manager's reason where nobody wants a history. */
const NO_HISTORY = "--no-history";

/** How it stands with the past that the chart wants: on its way, failed, or not kept at all. */
export function PastNote({ past }: { past: Asked<unknown> }) {
  const { chart } = words;
  if (past.failure?.code === "history_off" && past.failure.message === NO_HISTORY) {
    return <p class="px-4 pb-2 text-xs text-muted" role="status">{chart.historyOff}</p>;
  }
  if (past.failure) {
    return (
      <p class="px-4 pb-2 text-xs" role="alert">
        <span class="text-warn wrap-anywhere">{chart.failed(reasonOf(past.failure))}</span>{" "}
        <button
          type="button"
          class="rounded text-accent underline underline-offset-4"
          onClick={past.retry}
        >
          {chart.tryAgain}
        </button>
      </p>
    );
  }
  return <span class="sr-only" role="status">{past.slow ? chart.loading : ""}</span>;
}

function reasonOf({ code, message }: Failure): string {
  if (code === "unreachable") return words.chart.unreachable;
  if (message === "") return words.chart.notReady;
  return visible(message).replace(/[.\s]+$/, "");
}
