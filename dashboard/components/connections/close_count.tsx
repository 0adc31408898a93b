import type { CountedConnections } from "../../state/connections/counted.ts";
import { useFormat } from "../../state/format.ts";
import { words } from "../../words/words.ts";
import { Button } from "../shared/button.tsx";
import { Untrusted } from "../shared/untrusted.tsx";
import type { Count } from "./use_count.ts";

const w = words.connections.control;
/** More rows than this tell nobody anything. */
const MOST = 200;

/** The filter in words, and how many fit it: in all, and of each proxy. */
export function CloseCount({ filter, count }: { filter: string; count: Count }) {
  const { counted } = useFormat();
  const { known, asking, failure } = count;
  const said = known ? w.count(counted(known.sum)) : asking ? w.counting : w.noCount;
  return (
    <div class="rounded-lg border border-line bg-page">
      <div class="flex flex-wrap items-start gap-x-4 gap-y-2 px-3 py-2.5">
        <p class="min-w-0 flex-1 basis-60 wrap-anywhere">
          <bdi>{filter}</bdi>
        </p>
        <div class="flex w-full items-center justify-between gap-4">
          <p role="status" class="font-medium tabular-nums">{said}</p>
          <Button onClick={count.again} busy={known === null && failure === null}>{w.again}</Button>
        </div>
      </div>
      {failure !== null && <p role="alert" class="px-3 pb-2.5 wrap-anywhere text-bad">{failure}</p>}
      {known && known.results.length > 1 && <Counts results={known.results} />}
      {known && known.results.length === 1 && known.results[0].outcome !== "done" && (
        <p class="px-3 pb-2.5 text-warn">{notCounted(known.results[0])}</p>
      )}
    </div>
  );
}

type Result = CountedConnections["results"][number];

function Counts({ results }: { results: readonly Result[] }) {
  const { count } = useFormat();
  return (
    <ul
      aria-label={w.counts}
      tabIndex={0}
      class="max-h-44 divide-y divide-line overflow-y-auto border-t border-line"
    >
      {results.slice(0, MOST).map((result) => (
        <li key={result.proxy_id} class="flex items-center justify-between gap-4 px-3 py-1.5">
          <span class="min-w-0">
            <Untrusted text={result.proxy_id} />
          </span>
          {result.outcome === "done"
            ? <span class="tabular-nums">{count(result.count ?? 0)}</span>
            : <span class="text-right text-xs text-warn">{notCounted(result)}</span>}
        </li>
      ))}
      {results.length > MOST && (
        <li class="px-3 py-1.5 text-muted">{words.shared.andMore(count(results.length - MOST))}</li>
      )}
    </ul>
  );
}

function notCounted({ outcome }: Result): string {
  return w.notCounted(words.control.outcome[outcome]);
}
