import { useStore } from "../../state/store.ts";
import { words } from "../../words/words.ts";
import { reasonWords } from "../../state/connections/row.ts";
import { Counters } from "../shared/counters.tsx";
import { Panel } from "../shared/panel.tsx";

/** Why connections of a proxy failed or were rejected; nothing where none was. */
export function ReasonPanel() {
  const { view } = useStore().fleet.value;
  if (view === null || Object.keys(view.reasons).length === 0) return null;
  return (
    <Panel title={words.proxy.reasons} note={words.proxy.reasonsNote}>
      <Counters counts={view.reasons} words={reasonWords} />
    </Panel>
  );
}
