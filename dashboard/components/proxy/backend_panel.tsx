import type { ProxySummary } from "../../../manager/api/model.ts";
import { useState } from "preact/hooks";
import { useFormat } from "../../state/format.ts";
import { useStore } from "../../state/store.ts";
import { words } from "../../words/words.ts";
import { type BackendAsked, BackendDialog } from "../control/backend_dialog.tsx";
import { AddBackend } from "../control/backend_menu.tsx";
import { Empty, Panel, Waiting } from "../shared/panel.tsx";
import { BackendCards } from "./backend_cards.tsx";
import { BackendTable } from "./backend_table.tsx";

/** The backends of a tcp proxy, or why there are none. */
export function BackendPanel({ proxy }: { proxy: ProxySummary }) {
  const store = useStore();
  const { count } = useFormat();
  const { view, phase } = store.fleet.value;
  const { proxy: w } = words;
  const [asked, ask] = useState<BackendAsked | null>(null);
  const backends = !view?.known ? null : view.backends;
  if (backends === null || backends.length === 0) {
    const none = proxy.proxy_type === "tcp" ? w.noBackendsYet : w.noBackends;
    return (
      <Panel title={w.backends}>
        {backends === null ? <Waiting phase={phase} /> : <Empty>{none}</Empty>}
      </Panel>
    );
  }
  const parts = { backends, proxy, ask };
  const up = backends.filter(({ state }) => state === "up").length;
  return (
    <Panel
      title={w.backends}
      note={w.backendsUp(count(up), count(backends.length))}
      filter={<AddBackend {...{ proxy, ask }} />}
    >
      {store.phone.value ? <BackendCards {...parts} /> : <BackendTable {...parts} />}
      {asked && <BackendDialog asked={asked} onClose={() => ask(null)} />}
    </Panel>
  );
}
