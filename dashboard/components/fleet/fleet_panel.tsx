import { useRef } from "preact/hooks";
import { useKey } from "../../state/keys.ts";
import { groupingName } from "../../state/proxies.ts";
import { useFormat } from "../../state/format.ts";
import { useStore } from "../../state/store.ts";
import { words } from "../../words/words.ts";
import { ColumnMenu } from "../shared/column_menu.tsx";
import { Command } from "../shared/command.tsx";
import { ExportMenu } from "../shared/export_menu.tsx";
import { Filter } from "../shared/filter.tsx";
import { MarkContext } from "../shared/marked.tsx";
import { countNote, Empty, NoMatch, Panel, Waiting } from "../shared/panel.tsx";
import { TOOL } from "../shared/tool.ts";
import { useActions } from "../control/use_actions.tsx";
import { ProxyCards } from "./proxy_cards.tsx";
import { ProxyTable } from "./proxy_table.tsx";
import { SelectionBar } from "./selection_bar.tsx";
import { type Proxies, useProxies } from "./use_proxies.ts";
import { type Chosen, useSelection } from "./use_selection.ts";

/** The proxies, or what to do where there is none. */
export function FleetPanel() {
  const { count } = useFormat();
  const store = useStore();
  const { stats, phase } = store.fleet.value;
  const table = useProxies();
  const chosen = useSelection(table.view.rows);
  const { act, dialog } = useActions();
  const { fleet } = words;
  if (stats === null || table.total === 0) {
    return (
      <Panel title={fleet.proxies}>
        {stats === null ? <Waiting phase={phase} /> : <NoProxy />}
      </Panel>
    );
  }
  const { rows } = table.view;
  const parts = { table, chosen, act };
  const note = { shown: rows.length, matching: rows.length, total: table.total };
  return (
    <Panel
      title={fleet.proxies}
      note={`${countNote(count, note)} · ${fleet.ratesNote}`}
      filter={<Tools table={table} chosen={chosen} />}
    >
      {chosen && <SelectionBar chosen={chosen} act={act} />}
      <MarkContext.Provider value={table.filter}>
        {rows.length === 0
          ? <NoMatch noun={fleet.noun} onClear={() => table.setText("")} />
          : store.phone.value
          ? <ProxyCards {...parts} />
          : <ProxyTable {...parts} />}
      </MarkContext.Provider>
      {dialog}
    </Panel>
  );
}

const SELECT = "h-9 rounded-lg border border-edge bg-surface px-2 text-base sm:h-8 sm:text-sm";

function Tools({ table, chosen }: { table: Proxies; chosen: Chosen | null }) {
  const { fleet } = words;
  const { phone } = useStore();
  const search = useRef<HTMLSpanElement>(null);
  useKey("/", () => search.current?.querySelector("input")?.focus(), fleet.searchKey);
  return (
    <div class="flex flex-wrap items-center gap-2 max-sm:w-full">
      <span ref={search} class="max-sm:w-full">
        <Filter label={fleet.filter} value={table.text} onChange={table.setText} />
      </span>
      {phone.value && <SortSelect table={table} />}
      <select
        aria-label={fleet.group}
        class={SELECT}
        value={table.grouping ?? ""}
        onChange={(e) => table.setGroup(e.currentTarget.value)}
      >
        <option value="">{fleet.noGroup}</option>
        {table.groupings().map((grouping) => (
          <option key={grouping} value={grouping}>{groupingName(grouping)}</option>
        ))}
      </select>
      {phone.value && chosen && <SelectTools table={table} chosen={chosen} />}
      {!phone.value && (
        <>
          <ColumnMenu
            columns={table.columns}
            isShown={(key) => table.shown.some((column) => column.key === key)}
            onToggle={table.toggleColumn}
          />
          <ExportMenu name="proxies" columns={table.shown} rows={() => table.view.rows} />
        </>
      )}
    </div>
  );
}

/** On a phone cards are links until one wants to select some. */
function SelectTools({ table, chosen }: { table: Proxies; chosen: Chosen }) {
  const { control: w } = words;
  const { selecting, setSelecting } = table;
  const end = () => {
    setSelecting(!selecting);
    chosen.clear();
  };
  const all = chosen.share() === "all";
  return (
    <>
      <button type="button" class={TOOL} aria-pressed={selecting} onClick={end}>
        {selecting ? w.selectNone : w.selectSome}
      </button>
      {selecting && (
        <button
          type="button"
          class={TOOL}
          aria-pressed={all}
          onClick={() => chosen.setAll(!all)}
        >
          {w.selectAll}
        </button>
      )}
    </>
  );
}

/** On a phone there are no heads to sort by. */
function SortSelect({ table }: { table: Proxies }) {
  const { fleet } = words;
  const { sort } = table;
  return (
    <select
      aria-label={fleet.sort}
      class={`${SELECT} min-w-32 flex-1`}
      value={sort === null ? "" : `${sort.descending ? "-" : ""}${sort.key}`}
      onChange={(e) => table.setSortWord(e.currentTarget.value)}
    >
      <option value="">{fleet.noSort}</option>
      {table.columns.flatMap(({ key, title }) => [
        <option key={`-${key}`} value={`-${key}`}>{fleet.descending(title)}</option>,
        <option key={key} value={key}>{fleet.ascending(title)}</option>,
      ])}
    </select>
  );
}

function NoProxy() {
  const command = `rustproxy --listen 127.0.0.1:8080 --mode http --manager-addr ${
    managerAddress(location)
  }`;
  return (
    <Empty>
      <p class="mb-4">{words.fleet.startOne}</p>
      <div class="mx-auto w-fit max-w-full">
        <Command text={command} />
      </div>
    </Empty>
  );
}

/** The manager as `--manager-addr` wants it: always with its port. */
function managerAddress({ hostname, port, protocol }: Location): string {
  return `${hostname}:${port || (protocol === "https:" ? "443" : "80")}`;
}
