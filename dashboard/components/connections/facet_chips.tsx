import { visible } from "../../format.ts";
import type { ConnectionQuestion, Facet } from "../../state/connections/question.ts";
import { words } from "../../words/words.ts";

const w = words.connections;

/** The values that are filtered by, each with a way to let go of it. */
export function FacetChips(
  { question, onChange, onClear }: {
    question: ConnectionQuestion;
    onChange: (facets: ConnectionQuestion["facets"]) => void;
    onClear: () => void;
  },
) {
  const chosen = Object.entries(question.facets) as [Facet, string][];
  if (chosen.length === 0) return null;
  const without = (facet: Facet) => Object.fromEntries(chosen.filter(([name]) => name !== facet));
  return (
    <div class="flex flex-wrap items-center gap-2 px-3 pb-3 sm:px-4">
      {chosen.map(([facet, value]) => {
        const chip = w.chip(w.columns[facet], value === "" ? w.none : visible(value));
        return (
          <button
            key={facet}
            type="button"
            aria-label={w.removeChip(chip)}
            title={w.removeChip(chip)}
            onClick={() => onChange(without(facet))}
            class="flex h-8 max-w-80 items-center gap-2 rounded-full border border-accent pr-2.5 pl-3 text-sm hover:bg-raised sm:h-7"
          >
            <bdi class="truncate">{chip}</bdi>
            <span aria-hidden="true" class="text-muted">×</span>
          </button>
        );
      })}
      <button
        type="button"
        onClick={onClear}
        class="h-8 rounded px-1 text-sm text-accent underline-offset-4 hover:underline sm:h-7"
      >
        {w.clear}
      </button>
    </div>
  );
}
