import type { ProxySummary } from "../../../manager/api/model.ts";
import { visible } from "../../format.ts";
import type { Shown } from "../../state/control.ts";
import { useFormat } from "../../state/format.ts";
import { words } from "../../words/words.ts";
import { ActionButton } from "../control/action_button.tsx";
import { useHindrance } from "../control/use_hindrance.ts";
import { failureText } from "../control/use_order.ts";
import { useShown } from "../control/use_shown.ts";
import { Empty, Panel } from "../shared/panel.tsx";
import { BlockPanel } from "./block_panel.tsx";

/** Who may connect to a proxy and where to, and who is kept out for a time, as the proxy says it itself. */
export function AccessPanel({ proxy }: { proxy: ProxySummary }) {
  const { counted } = useFormat();
  const why = useHindrance()(proxy, "show");
  const held = useShown(proxy);
  const { access: w } = words.control;
  const shown = held.value;
  const failure = held.failure && w.failed(failureText(held.failure));
  return (
    <>
      <Panel
        title={w.title}
        note={shown && w.ruleCount(counted(shown.access.length + shown.access_left_out))}
        filter={<ActionButton proxy={proxy} action="set_access">{w.change}</ActionButton>}
      >
        {shown ? <Rules shown={shown} /> : <Empty>{why ?? failure ?? words.control.asking}</Empty>}
        {shown && failure && (
          <p class="border-t border-line px-4 py-2 wrap-anywhere text-warn">{failure}</p>
        )}
      </Panel>
      {shown && <BlockPanel proxy={proxy} shown={shown} />}
    </>
  );
}

function Rules({ shown: { access, access_left_out } }: { shown: Shown }) {
  const { count } = useFormat();
  if (access.length === 0) return <Empty>{words.control.access.none}</Empty>;
  return (
    <ol class="list-none border-t border-line py-2" aria-label={words.control.access.title}>
      {access.map((rule, i) => (
        <li key={i} class="px-4 py-1 font-mono text-[13px] wrap-anywhere">
          <bdi>{visible(rule)}</bdi>
        </li>
      ))}
      {access_left_out > 0 && (
        <li class="px-4 py-1 text-muted">{words.shared.andMore(count(access_left_out))}</li>
      )}
    </ol>
  );
}
