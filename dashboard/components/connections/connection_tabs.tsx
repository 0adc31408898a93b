import type { ComponentChildren } from "preact";
import { TABS } from "../../state/connections/row.ts";
import { useFormat } from "../../state/format.ts";
import { useStore } from "../../state/store.ts";
import { words } from "../../words/words.ts";
import { Tabs } from "../shared/tabs.tsx";
import type { Connections } from "./use_connections.ts";

const w = words.connections;

/** Open, ended and refused connections, each with how many there are; `children` shows those of the chosen tab. */
export function ConnectionTabs(
  { connections, children }: { connections: Connections; children: ComponentChildren },
) {
  const { question, ask } = connections;
  const { feed, version } = useStore().connections;
  const { count } = useFormat();
  // Read, so that the counts are drawn anew with each message.
  version.value;
  const { counts, known, omitted } = feed.value;
  const all = { ...counts, active: counts.active + omitted };
  const note = (n: number) => known ? count(n) : words.shared.none;
  return (
    <Tabs
      inset
      label={w.tabsLabel}
      tabs={TABS.map((value) => ({ value, word: w.tabs[value], note: note(all[value]) }))}
      value={question.tab}
      onChange={(tab) => ask({ tab })}
    >
      {children}
    </Tabs>
  );
}
