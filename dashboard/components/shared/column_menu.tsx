import type { Column } from "../../state/table/columns.ts";
import { words } from "../../words/words.ts";
import { Menu } from "./menu.tsx";
import { TOOL } from "./tool.ts";

/** Lets the reader turn columns on and off. */
export function ColumnMenu<R>(
  { columns, isShown, onToggle }: {
    columns: readonly Column<R>[];
    isShown: (key: string) => boolean;
    onToggle: (key: string, shown: boolean) => void;
  },
) {
  const items = columns.map(({ key, title, fixed }) => ({
    label: title,
    checked: isShown(key),
    disabled: fixed,
    onSelect: () => onToggle(key, !isShown(key)),
  }));
  return (
    <Menu label={words.table.columnsShown} items={items} buttonClass={TOOL}>
      {words.table.columns}
    </Menu>
  );
}
