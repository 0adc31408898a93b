import { useMemo, useState } from "preact/hooks";
import type { ConnectionRow } from "../../state/connections/row.ts";
import { useKey } from "../../state/keys.ts";
import { useStore } from "../../state/store.ts";
import { words } from "../../words/words.ts";
import { MarkContext } from "../shared/marked.tsx";
import { ConnectionDrawer } from "./connection_drawer.tsx";
import { ConnectionList } from "./connection_list.tsx";
import { ConnectionTabs } from "./connection_tabs.tsx";
import { ConnectionToolbar } from "./connection_toolbar.tsx";
import { FacetChips } from "./facet_chips.tsx";
import { FacetContext } from "./facet_value.tsx";
import { useConnections } from "./use_connections.ts";
import { useRowOrders } from "./use_row_orders.tsx";

/** The connections of the fleet, or of one proxy: their tabs, filters, rows and details. */
export function ConnectionView({ proxyId }: { proxyId: string | null }) {
  const connections = useConnections(proxyId);
  const { question, ask, filter, pause } = connections;
  const orders = useRowOrders(question, proxyId);
  const [open, setOpen] = useState<ConnectionRow | null>(null);
  const { feed } = useStore().connections;
  const shown = open && (pause.frozen ? open : feed.value.current(open) ?? open);
  useKey("p", pause.toggle, words.connections.pauseKey);
  const { facets } = question;
  const facet = useMemo(
    () => ({
      facets,
      choose: (name: string, value: string) => ask({ facets: { ...facets, [name]: value } }),
    }),
    [JSON.stringify(facets)],
  );
  return (
    <FacetContext.Provider value={facet}>
      <section
        aria-label={words.connections.title}
        class="overflow-clip rounded-lg border border-line bg-surface"
      >
        <ConnectionTabs connections={connections}>
          <ConnectionToolbar
            connections={connections}
            proxyId={proxyId}
            close={orders.matching}
          />
          <FacetChips
            question={question}
            onChange={(facets) => ask({ facets })}
            onClear={() => ask({ facets: {}, text: "" })}
          />
          <MarkContext.Provider value={filter}>
            <ConnectionList connections={connections} orders={orders} onOpen={setOpen} />
          </MarkContext.Provider>
        </ConnectionTabs>
      </section>
      {shown && (
        <ConnectionDrawer
          row={shown}
          context={connections.context}
          orders={orders.of(shown)}
          onClose={() => setOpen(null)}
        />
      )}
      {orders.dialog}
    </FacetContext.Provider>
  );
}
