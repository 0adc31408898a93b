import type { ComponentChildren } from "preact";
import type { LinkPhase } from "../../state/fleet.ts";
import { words } from "../../words/words.ts";

/** A table's frame: its heading, how much of it is shown, and its filter. */
export function Panel(
  { title, note, filter, children }: {
    title: string;
    note?: ComponentChildren;
    filter?: ComponentChildren;
    children: ComponentChildren;
  },
) {
  return (
    <section class="rounded-lg border border-line bg-surface">
      <div class="flex min-h-14 flex-wrap items-center justify-between gap-x-6 gap-y-2 px-4 py-3">
        <div class="flex flex-wrap items-baseline gap-x-3">
          <h2 class="font-semibold">{title}</h2>
          <p class="text-xs text-muted tabular-nums">{note}</p>
        </div>
        {filter}
      </div>
      {children}
    </section>
  );
}

/** How many of how many are shown, in words: `13`, `3 of 13 match`, `showing 300 of 4,120`. */
export function countNote(
  count: (n: number) => string,
  { shown, matching, total }: { shown: number; matching: number; total: number },
): string {
  const { match, showing } = words.shared;
  const isFiltered = matching < total;
  const parts = isFiltered ? [match(count(matching), count(total))] : [];
  if (shown < matching) parts.push(showing(count(shown), count(matching)));
  else if (!isFiltered) parts.push(count(total));
  return parts.join(" · ");
}

/** What a table says when it has no row. */
export function Empty({ children }: { children: ComponentChildren }) {
  return <div class="border-t border-line px-4 py-10 text-center text-muted">{children}</div>;
}

/** The same, before the manager has said anything. */
export function Waiting({ phase }: { phase: LinkPhase }) {
  return (
    <Empty>
      {phase === "lost" ? words.shared.nothingToShow : words.shared.waiting}
    </Empty>
  );
}

/** The same, for a filter that leaves nothing, with the way back. */
export function NoMatch({ noun, onClear }: { noun: string; onClear: () => void }) {
  return (
    <Empty>
      {words.shared.noMatch(noun)}{" "}
      <button type="button" class="text-accent underline underline-offset-4" onClick={onClear}>
        {words.shared.clearFilter}
      </button>
    </Empty>
  );
}
