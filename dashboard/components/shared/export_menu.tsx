import type { Column } from "../../state/table/columns.ts";
import { toCsv, toJson } from "../../state/table/export.ts";
import { words } from "../../words/words.ts";
import { saveFile } from "./download.ts";
import { Menu } from "./menu.tsx";
import { TOOL } from "./tool.ts";

/** Saves what a table shows: all of its rows in their order, and the columns that are turned on. */
export function ExportMenu<R>(
  { name, columns, rows }: {
    /** Of the file, without its ending. */
    name: string;
    columns: readonly Column<R>[];
    rows: () => Iterable<R>;
  },
) {
  const csv = () => saveFile(`${name}.csv`, "text/csv;charset=utf-8", toCsv(columns, rows()));
  const json = () => saveFile(`${name}.json`, "application/json", toJson(columns, rows()));
  const items = [
    { label: words.table.csv, onSelect: csv },
    { label: words.table.json, onSelect: json },
  ];
  return (
    <Menu label={words.table.exportHint} items={items} buttonClass={TOOL}>
      {words.table.export}
    </Menu>
  );
}
