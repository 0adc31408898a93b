import type { Backend, ProxySummary } from "../../../manager/api/model.ts";
import { formatCount } from "../../format.ts";
import { useStore } from "../../state/store.ts";
import { BackendCards } from "./backend_cards.tsx";
import { BackendTable } from "./backend_table.tsx";
import { Panel, Waiting } from "../shared/panel.tsx";

/** The backends of a tcp proxy; nothing for a proxy that has none or does not tell. */
export function BackendPanel({ proxy }: { proxy: ProxySummary }) {
  const store = useStore();
  const { view, phase } = store.fleet.value;
  if (view?.connections == null) {
    // Its place is kept, so that the connections below do not move when they come.
    return proxy.proxy_type === "tcp"
      ? (
        <Panel title="Backends">
          <Waiting phase={phase} />
        </Panel>
      )
      : null;
  }
  const { backends } = view;
  if (backends.length === 0) return null;
  return (
    <Panel title="Backends" note={upNote(backends)}>
      {store.phone.value
        ? <BackendCards backends={backends} />
        : <BackendTable backends={backends} />}
    </Panel>
  );
}

/** `3 of 4 up`. */
function upNote(backends: readonly Backend[]): string {
  const up = backends.filter(({ state }) => state === "up").length;
  return `${formatCount(up)} of ${formatCount(backends.length)} up`;
}
