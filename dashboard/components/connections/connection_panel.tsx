import { useState } from "preact/hooks";
import type { ProxySummary } from "../../../manager/api/model.ts";
import { MAX_ROWS, selectConnections } from "../../state/rows.ts";
import { useStore } from "../../state/store.ts";
import { ConnectionCards } from "./connection_cards.tsx";
import { ConnectionTable } from "./connection_table.tsx";
import { Filter } from "../shared/filter.tsx";
import { countNote, Empty, NoMatch, Panel, Waiting } from "../shared/panel.tsx";

/** A proxy's connections, or why there is none to show. */
export function ConnectionPanel({ proxy }: { proxy: ProxySummary }) {
  const store = useStore();
  const [filter, setFilter] = useState("");
  const { view, phase } = store.fleet.value;
  const known = view?.connections;
  if (!known) {
    return (
      <Panel title="Connections">
        <Waiting phase={phase} />
      </Panel>
    );
  }
  const all = [...known.values()];
  const matching = selectConnections(all, filter);
  const shown = matching.slice(0, MAX_ROWS);
  const note = {
    shown: shown.length,
    matching: matching.length,
    total: all.length,
    omitted: view.omitted,
  };
  const columns = {
    user: all.some((c) => c.user !== ""),
    requests: proxy.proxy_type === "http" || all.some((c) => c.requests > 0),
  };
  if (all.length === 0) {
    return (
      <Panel title="Connections" note={countNote(note)}>
        <Empty>{noneWords(proxy, view.omitted)}</Empty>
      </Panel>
    );
  }
  return (
    <Panel
      title="Connections"
      note={countNote(note)}
      filter={<Filter label="Filter connections" value={filter} onChange={setFilter} />}
    >
      {matching.length === 0
        ? <NoMatch noun="connection" onClear={() => setFilter("")} />
        : store.phone.value
        ? <ConnectionCards connections={shown} />
        : <ConnectionTable connections={shown} columns={columns} />}
    </Panel>
  );
}

function noneWords(proxy: ProxySummary, omitted: number): string {
  if (omitted > 0 || proxy.active_connections > 0) return "The connections have not arrived yet.";
  return proxy.total_connections > 0
    ? "No connection is open, and none has ended in the last minute."
    : "No connection yet.";
}
