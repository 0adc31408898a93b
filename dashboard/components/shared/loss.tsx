import type { ProxySummary } from "../../../manager/api/model.ts";
import { useFormat } from "../../state/format.ts";
import { isSilent } from "../../state/rows.ts";
import { words } from "../../words/words.ts";

/** How many of a proxy's datagrams do not arrive; nothing where all do, or it is silent. */
export function LossNote({ proxy }: { proxy: ProxySummary }) {
  const format = useFormat();
  if (proxy.loss_percent === 0 || isSilent(proxy)) return null;
  return (
    <span
      class="text-xs font-normal whitespace-nowrap text-warn tabular-nums"
      title={words.shared.lostDatagrams}
    >
      {words.shared.lost(format.percent(proxy.loss_percent))}
    </span>
  );
}
