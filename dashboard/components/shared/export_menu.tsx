import type { Column } from "../../state/table/columns.ts";
import { toCsv, toJson } from "../../state/table/export.ts";
import { words } from "../../words/words.ts";
import { saveFile } from "./download.ts";
import { Popup } from "./popup.tsx";

/** Saves what a table shows: all of its rows in their order, and the columns that are turned on. */
export function ExportMenu<R>(
  { name, columns, rows }: {
    /** Of the file, without its ending. */
    name: string;
    columns: readonly Column<R>[];
    rows: () => Iterable<R>;
  },
) {
  const item = "flex min-h-8 w-full items-center rounded-md px-2 text-left hover:bg-raised";
  const csv = () => saveFile(`${name}.csv`, "text/csv;charset=utf-8", toCsv(columns, rows()));
  const json = () => saveFile(`${name}.json`, "application/json", toJson(columns, rows()));
  return (
    <Popup label={words.table.export} title={words.table.exportHint}>
      {(close) =>
        [[words.table.csv, csv], [words.table.json, json]].map(([word, save]) => (
          <button
            key={word}
            type="button"
            class={item}
            onClick={() => {
              (save as () => void)();
              close();
            }}
          >
            {word as string}
          </button>
        ))}
    </Popup>
  );
}
