import type { ComponentChildren } from "preact";
import { words } from "../../words/words.ts";

/** One figure with its name above and what explains it below; without children, its place is kept. */
export function Card(
  { label, note, spark, children }: {
    label: ComponentChildren;
    note?: ComponentChildren;
    /** How it went of late. */
    spark?: ComponentChildren;
    children?: ComponentChildren;
  },
) {
  return (
    <div class="rounded-lg border border-line bg-surface px-4 py-3">
      <dt class="text-xs text-muted">{label}</dt>
      <dd class="mt-1 truncate text-2xl font-semibold tabular-nums lg:text-[28px] lg:leading-9">
        {children ?? <Placeholder />}
      </dd>
      <dd class="mt-0.5 truncate text-xs text-muted tabular-nums">{note ?? "\u00a0"}</dd>
      {spark && <dd class="mt-2 h-6">{spark}</dd>}
    </div>
  );
}

/** The row of cards: four beside each other, on a phone two. */
export function Cards({ children }: { children: ComponentChildren }) {
  return <dl class="grid grid-cols-2 gap-3 sm:gap-4 lg:grid-cols-4">{children}</dl>;
}

function Placeholder() {
  return (
    <span class="font-normal text-muted">
      <span aria-hidden="true">{words.shared.none}</span>
      <span class="sr-only">{words.shared.notKnown}</span>
    </span>
  );
}
