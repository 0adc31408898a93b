import type { ProxySummary } from "../../../manager/api/model.ts";
import { formatPercent } from "../../format.ts";
import { isSilent } from "../../state/rows.ts";

/** How many of a proxy's datagrams do not arrive; nothing where all do, or it is silent. */
export function LossNote({ proxy }: { proxy: ProxySummary }) {
  if (proxy.loss_percent === 0 || isSilent(proxy)) return null;
  return (
    <span
      class="text-xs font-normal whitespace-nowrap text-warn tabular-nums"
      title="of its report datagrams in the last minute"
    >
      {formatPercent(proxy.loss_percent)} lost
    </span>
  );
}
