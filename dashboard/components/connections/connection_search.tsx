import { useRef } from "preact/hooks";
import { useKey } from "../../state/keys.ts";
import { MAX_FILTER } from "../../state/table/filter.ts";
import { words } from "../../words/words.ts";
import type { Connections } from "./use_connections.ts";

const w = words.connections;

/** Finds rows by words or by a regular expression, and says what is wrong with one. */
export function ConnectionSearch({ connections }: { connections: Connections }) {
  const { question, ask, problem } = connections;
  const field = useRef<HTMLInputElement>(null);
  useKey("/", () => field.current?.focus(), w.searchKey);
  return (
    <div class="w-full sm:w-72">
      <div class="flex">
        <input
          ref={field}
          type="search"
          aria-label={w.search}
          aria-describedby="connections-problem"
          aria-invalid={problem !== null}
          placeholder={w.search}
          value={question.text}
          onInput={(event) => ask({ text: event.currentTarget.value })}
          onKeyDown={(event) => {
            if (event.key !== "Escape") return;
            if (question.text === "") event.currentTarget.blur();
            ask({ text: "" });
          }}
          maxLength={MAX_FILTER}
          autocomplete="off"
          spellcheck={false}
          class="h-9 min-w-0 flex-1 rounded-l-lg border border-edge bg-surface px-3 text-base placeholder:text-muted aria-invalid:border-bad sm:h-8 sm:text-sm"
        />
        <button
          type="button"
          aria-pressed={question.isPattern}
          aria-label={w.pattern}
          title={w.pattern}
          onClick={() => ask({ isPattern: !question.isPattern })}
          class={`h-9 rounded-r-lg border border-l-0 border-edge px-2.5 font-mono text-xs sm:h-8 ${
            question.isPattern
              ? "bg-raised font-semibold text-accent"
              : "text-muted hover:bg-raised"
          }`}
        >
          .*
        </button>
      </div>
      <p id="connections-problem" role="status" class="text-xs text-bad not-empty:mt-1">
        {problem === null ? null : w.problems[problem]}
      </p>
    </div>
  );
}
