import { useFormat } from "../../state/format.ts";
import { words as texts } from "../../words/words.ts";
import { Untrusted } from "./untrusted.tsx";

/** More than fits a screen is of no use to anyone. */
const MAX_COUNTERS = 30;

/** Counters with their names, the largest first, in as many columns as fit. */
export function Counters({ counts, words }: {
  counts: Readonly<Record<string, number>>;
  /** A counter's name as people say it. */
  words: (name: string) => string;
}) {
  const { count } = useFormat();
  const sorted = Object.entries(counts).sort(([a, m], [b, n]) => n - m || (a < b ? -1 : 1));
  const left = sorted.length - MAX_COUNTERS;
  return (
    <div class="border-t border-line px-4 py-3">
      <dl class="grid grid-cols-1 gap-x-10 gap-y-1 sm:grid-cols-2 lg:grid-cols-4">
        {sorted.slice(0, MAX_COUNTERS).map(([name, n]) => (
          <div key={name} class="flex min-w-0 items-baseline justify-between gap-4">
            <dt class="min-w-0">
              <Untrusted text={words(name)} />
            </dt>
            <dd class="tabular-nums">{count(n)}</dd>
          </div>
        ))}
      </dl>
      {left > 0 && <p class="mt-2 text-xs text-muted">{texts.shared.andMore(count(left))}</p>}
    </div>
  );
}
