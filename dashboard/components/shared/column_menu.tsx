import type { Column } from "../../state/table/columns.ts";
import { words } from "../../words/words.ts";
import { Popup } from "./popup.tsx";

/** Lets the reader turn columns on and off. */
export function ColumnMenu<R>(
  { columns, isShown, onToggle }: {
    columns: readonly Column<R>[];
    isShown: (key: string) => boolean;
    onToggle: (key: string, shown: boolean) => void;
  },
) {
  return (
    <Popup label={words.table.columns}>
      <fieldset>
        <legend class="sr-only">{words.table.columnsShown}</legend>
        {columns.map(({ key, title, fixed }) => (
          <label
            key={key}
            class="flex min-h-8 cursor-pointer items-center gap-2.5 rounded-md px-2 hover:bg-raised"
          >
            <input
              type="checkbox"
              class="size-4 accent-(--accent)"
              checked={isShown(key)}
              disabled={fixed}
              onChange={(event) => onToggle(key, event.currentTarget.checked)}
            />
            {title}
          </label>
        ))}
      </fieldset>
    </Popup>
  );
}
