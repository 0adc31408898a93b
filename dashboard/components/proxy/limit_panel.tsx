import type { ProxySummary } from "../../../manager/api/model.ts";
import { useStore } from "../../state/store.ts";
import { words } from "../../words/words.ts";
import { ActionButton } from "../control/action_button.tsx";
import { Panel, Waiting } from "../shared/panel.tsx";
import { LimitTable } from "./limit_table.tsx";

/** What a proxy's limits are and how often each stood against somebody; the latter alone where it does not tell them. */
export function LimitPanel({ proxy }: { proxy: ProxySummary }) {
  const { view, phase } = useStore().fleet.value;
  const { limits: w, reasonsNote } = words.proxy;
  if (!view?.known) {
    return (
      <Panel title={w.title}>
        <Waiting phase={phase} />
      </Panel>
    );
  }
  const title = view.limits ? w.title : w.countsTitle;
  return (
    <Panel
      title={title}
      note={view.limits ? undefined : reasonsNote}
      filter={
        <ActionButton proxy={proxy} action="set_limits">
          {words.control.limits.change}
        </ActionButton>
      }
    >
      <LimitTable label={title} proxy={proxy} limits={view.limits} reasons={view.reasons} />
      <p class="border-t border-line px-4 py-3 text-xs text-muted">
        {view.limits ? w.note : w.notTold}
      </p>
    </Panel>
  );
}
