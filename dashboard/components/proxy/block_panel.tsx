import type { ProxySummary } from "../../../manager/api/model.ts";
import { visible } from "../../format.ts";
import type { Shown } from "../../state/control.ts";
import { useFormat } from "../../state/format.ts";
import { useStore } from "../../state/store.ts";
import { words } from "../../words/words.ts";
import { ActionButton } from "../control/action_button.tsx";
import { useOrder } from "../control/use_order.ts";
import { Empty, Panel } from "../shared/panel.tsx";

/** The clients that a proxy keeps out for a time, and how each is let in again. */
export function BlockPanel({ proxy, shown }: { proxy: ProxySummary; shown: Shown }) {
  const { count, counted } = useFormat();
  const { blocks, blocks_left_out: leftOut } = shown;
  const { access: w } = words.control;
  return (
    <Panel
      title={w.blocked}
      note={w.blockedCount(counted(blocks.length + leftOut))}
      filter={<ActionButton proxy={proxy} action="block_client">{w.block}</ActionButton>}
    >
      {blocks.length === 0
        ? <Empty>{w.noneBlocked}</Empty>
        : (
          <table class="w-full border-t border-line" aria-label={w.blocked}>
            <thead class="text-xs text-muted">
              <tr>
                <th scope="col" class="px-4 py-2 text-left font-normal">{w.client}</th>
                <th scope="col" class="px-4 py-2 text-right font-normal">{w.left}</th>
                <th scope="col" class="w-28 px-4 py-2">
                  <span class="sr-only">{words.control.actions}</span>
                </th>
              </tr>
            </thead>
            <tbody>
              {blocks.map((block) => <Row key={block.ip} block={block} proxyId={proxy.proxy_id} />)}
            </tbody>
          </table>
        )}
      {leftOut > 0 && <p class="px-4 py-2 text-muted">{w.moreBlocked(count(leftOut))}</p>}
    </Panel>
  );
}

function Row({ block: { ip, seconds_left }, proxyId }: {
  block: Shown["blocks"][number];
  proxyId: string;
}) {
  const { duration } = useFormat();
  const { toasts } = useStore();
  const give = useOrder();
  const { access: w } = words.control;
  const unblock = async () => {
    const why = await give({ command: "unblock_client", ip }, [proxyId]);
    if (why !== null) toasts.failed(why);
  };
  return (
    <tr>
      <td class="h-(--row) px-4 font-mono text-[13px] wrap-anywhere">
        <bdi>{visible(ip)}</bdi>
      </td>
      <td class="px-4 text-right whitespace-nowrap tabular-nums">{duration(seconds_left)}</td>
      <td class="px-4 py-1 text-right">
        <button
          type="button"
          aria-label={w.unblockOf(visible(ip))}
          onClick={unblock}
          class="h-7 rounded-md border border-edge bg-surface px-2 text-sm hover:bg-raised"
        >
          {w.unblock}
        </button>
      </td>
    </tr>
  );
}
