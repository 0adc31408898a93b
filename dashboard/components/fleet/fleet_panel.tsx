import { useState } from "preact/hooks";
import { MAX_ROWS, selectProxies } from "../../state/rows.ts";
import { useStore } from "../../state/store.ts";
import { Command } from "../shared/command.tsx";
import { Filter } from "../shared/filter.tsx";
import { countNote, Empty, NoMatch, Panel, Waiting } from "../shared/panel.tsx";
import { ProxyCards } from "./proxy_cards.tsx";
import { ProxyTable } from "./proxy_table.tsx";

/** The proxies, or what to do where there is none. */
export function FleetPanel() {
  const store = useStore();
  const [filter, setFilter] = useState("");
  const { stats, proxies, phase } = store.fleet.value;
  const matching = selectProxies(proxies.values(), filter);
  const shown = matching.slice(0, MAX_ROWS);
  const total = proxies.size;
  const note = { shown: shown.length, matching: matching.length, total };
  if (stats === null) {
    return (
      <Panel title="Proxies">
        <Waiting phase={phase} />
      </Panel>
    );
  }
  if (total === 0) {
    return (
      <Panel title="Proxies">
        <NoProxy />
      </Panel>
    );
  }
  return (
    <Panel
      title="Proxies"
      note={`${countNote(note)} · rates over the last report interval`}
      filter={<Filter label="Filter proxies" value={filter} onChange={setFilter} />}
    >
      {matching.length === 0
        ? <NoMatch noun="proxy" onClear={() => setFilter("")} />
        : store.phone.value
        ? <ProxyCards proxies={shown} />
        : <ProxyTable proxies={shown} />}
    </Panel>
  );
}

function NoProxy() {
  const command = `rustproxy --listen 127.0.0.1:8080 --mode http --manager-addr ${
    managerAddress(location)
  }`;
  return (
    <Empty>
      <p class="mb-4">No proxy has reported yet. Start one:</p>
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
