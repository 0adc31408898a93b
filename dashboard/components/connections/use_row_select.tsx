import { useRef, useState } from "preact/hooks";
import type { ConnectionRow } from "../../state/connections/row.ts";
import { useStore } from "../../state/store.ts";
import type { Group, Line } from "../../state/table/group.ts";
import {
  NOTHING,
  pruned,
  type Selection,
  shareOf,
  toggled,
  withAll,
} from "../../state/table/selection.ts";
import { words } from "../../words/words.ts";
import type { SelectParts } from "../shared/data_table_props.ts";
import { SelectBox } from "../shared/select_box.tsx";

const w = words.control;

/** Chosen connections: those that are open yet, the boxes that choose them, and how to let go of all. */
export interface RowSelect {
  rows: readonly ConnectionRow[];
  parts: SelectParts<ConnectionRow> | undefined;
  clear: () => void;
}

/** Lets the reader choose open connections; not for readers who may not change anything. */
export function useRowSelect(
  lines: readonly Line<ConnectionRow>[],
  isOffered: boolean,
): RowSelect {
  const { connections } = useStore();
  const [chosen, choose] = useState(NOTHING);
  // The rows themselves: what is chosen stays so when a filter hides it.
  const known = useRef(new Map<string, ConnectionRow>());
  const clear = () => choose(NOTHING);
  if (!isOffered) return { rows: [], parts: undefined, clear };
  const feed = connections.feed.value;
  const selection = pruned(chosen, (key) => feed.isOpen(known.current.get(key)!));
  const order = () => lines.flatMap((line) => line.type === "row" ? [line.row] : []);
  const take = (next: Selection, rows: readonly ConnectionRow[]) => {
    const found = new Map([...known.current.values(), ...rows].map((row) => [row.key, row]));
    known.current = new Map([...next.keys].map((key) => [key, found.get(key)!]));
    choose(next);
  };
  const toggle = (row: ConnectionRow, extend: boolean) => {
    const rows = order();
    take(toggled(selection, row.key, rows.map(({ key }) => key), extend), extend ? rows : [row]);
  };
  const setAll = ({ rows }: Group<ConnectionRow>, on: boolean) =>
    take(withAll(selection, rows.map(({ key }) => key), on), rows);
  const parts: SelectParts<ConnectionRow> = {
    // All that are shown may be very many: those are closed by a filter. The room keeps the names in line.
    head: <span class="size-8 shrink-0" />,
    cell: (row, tabIndex) => (
      <SelectBox
        label={w.select(row.shown.client)}
        state={selection.keys.has(row.key) ? "all" : "none"}
        onToggle={(extend) => toggle(row, extend)}
        tabIndex={tabIndex}
      />
    ),
    group: (group) => {
      const state = shareOf(selection, group.rows.map(({ key }) => key));
      return (
        <SelectBox
          label={w.selectGroup(group.key)}
          state={state}
          onToggle={() => setAll(group, state !== "all")}
          tabIndex={-1}
        />
      );
    },
    isSelected: ({ key }) => selection.keys.has(key),
    toggle,
  };
  return { rows: [...selection.keys].map((key) => known.current.get(key)!), parts, clear };
}
