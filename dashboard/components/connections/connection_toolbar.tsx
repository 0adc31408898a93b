import { GROUPS } from "../../state/connections/question.ts";
import { useFormat } from "../../state/format.ts";
import { useStore } from "../../state/store.ts";
import { choose } from "../../state/table/columns.ts";
import { parseSort, sortText } from "../../state/table/sort.ts";
import { words } from "../../words/words.ts";
import { ColumnMenu } from "../shared/column_menu.tsx";
import { ExportMenu } from "../shared/export_menu.tsx";
import type { MenuItem } from "../shared/menu.tsx";
import { TOOL } from "../shared/tool.ts";
import { ConnectionSearch } from "./connection_search.tsx";
import { Select } from "./select.tsx";
import type { Connections } from "./use_connections.ts";

const w = words.connections;

/** What is done with the rows: found, put in groups and in order, saved, held still. */
export function ConnectionToolbar(
  { connections, proxyId, close }: {
    connections: Connections;
    proxyId: string | null;
    /** Closing what the table is filtered by, where that may be. */
    close: MenuItem | null;
  },
) {
  const { question, ask, all, columns, view } = connections;
  const store = useStore();
  const { value, set } = store.connectionColumns;
  const shown = new Set<string>(columns.map(({ key }) => key));
  const groups = GROUPS.filter((group) => group !== "proxy" || proxyId === null);
  const name = `connections-${question.tab}`;
  return (
    <div class="flex flex-wrap items-start gap-2 px-3 py-3 sm:px-4">
      <ConnectionSearch connections={connections} />
      <Select
        label={w.group}
        value={question.group ?? ""}
        options={[["", w.none], ...groups.map((group) => [group, w.groups[group]] as const)]}
        onChange={(group) => ask({ group: groups.find((name) => name === group) ?? null })}
      />
      {store.phone.value && (
        <Select
          label={w.sort}
          value={sortText(question.sort)}
          options={[["", w.none], ...columns.flatMap(orders)]}
          onChange={(text) => ask({ sort: parseSort(text, all) })}
        />
      )}
      <div class="flex gap-2 max-sm:w-full sm:ml-auto">
        <PauseButton connections={connections} />
        {!store.phone.value && (
          <ColumnMenu
            columns={all}
            isShown={(key) => shown.has(key)}
            onToggle={(key, on) => set(choose(all, value.peek(), key, on))}
          />
        )}
        <ExportMenu name={name} columns={columns} rows={() => view?.rows ?? []} />
        {close && <CloseButton close={close} />}
      </div>
    </div>
  );
}

function orders({ key, title }: { key: string; title: string }): (readonly [string, string])[] {
  return [[`-${key}`, `${title} ↓`], [key, `${title} ↑`]];
}

function CloseButton({ close: { label, onSelect, disabled, note } }: { close: MenuItem }) {
  return (
    <button
      type="button"
      aria-disabled={disabled || undefined}
      title={note}
      onClick={() => disabled || onSelect()}
      class={`${TOOL} aria-disabled:cursor-default aria-disabled:text-muted`}
    >
      {label}
    </button>
  );
}

function PauseButton({ connections: { pause } }: { connections: Connections }) {
  const { count } = useFormat();
  const paused = pause.frozen !== null;
  return (
    <button
      type="button"
      aria-pressed={paused}
      title={paused ? w.paused : undefined}
      onClick={pause.toggle}
      class={`${TOOL} ${paused ? "border-warn! text-warn" : ""}`}
    >
      {paused ? w.resume : w.pause}
      {paused && <span class="text-xs tabular-nums">{w.fresh(count(pause.fresh))}</span>}
    </button>
  );
}
