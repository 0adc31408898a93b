import type { ProxySummary } from "../../../manager/api/model.ts";
import { useFormat } from "../../state/format.ts";
import { useStore } from "../../state/store.ts";
import { words } from "../../words/words.ts";
import { ConnectionView } from "../connections/connection_view.tsx";
import { Tabs } from "../shared/tabs.tsx";
import { AccessPanel } from "./access_panel.tsx";
import { BackendPanel } from "./backend_panel.tsx";
import { EventPanel } from "./event_panel.tsx";
import { LimitPanel } from "./limit_panel.tsx";
import { ReasonPanel } from "./reason_panel.tsx";

const TABS = ["connections", "backends", "limits", "access", "events"] as const;
type Tab = (typeof TABS)[number];

/** What else there is to say of a proxy; which part is shown stands in the address. */
export function ProxyTabs({ proxy }: { proxy: ProxySummary }) {
  const store = useStore();
  const { count } = useFormat();
  const { view } = store.fleet.value;
  const tab = TABS.find((tab) => tab === store.route.value.query.tab) ?? "connections";
  const notes: Partial<Record<Tab, string>> = {
    connections: count(proxy.active_connections),
    backends: view?.backends.length ? count(view.backends.length) : undefined,
  };
  return (
    <Tabs
      label={words.proxy.tabsLabel}
      tabs={TABS.map((value) => ({ value, word: words.proxy.tabs[value], note: notes[value] }))}
      value={tab}
      onChange={(tab) => store.go({ tab: tab === "connections" ? "" : tab })}
    >
      {tab === "connections" && (
        <>
          <ReasonPanel />
          <ConnectionView key={proxy.proxy_id} proxyId={proxy.proxy_id} />
        </>
      )}
      {tab === "backends" && <BackendPanel proxy={proxy} />}
      {tab === "limits" && <LimitPanel proxy={proxy} />}
      {tab === "access" && <AccessPanel proxy={proxy} />}
      {tab === "events" && <EventPanel key={proxy.proxy_id} proxyId={proxy.proxy_id} />}
    </Tabs>
  );
}
