import type { ProxySummary } from "../../../manager/api/model.ts";
import { useFormat } from "../../state/format.ts";
import { useStore } from "../../state/store.ts";
import { words } from "../../words/words.ts";
import { Panel, Waiting } from "../shared/panel.tsx";

/** The limits that turn somebody away, by the reason that a proxy reports, and the flag that sets each. */
const LIMITS = [
  ["max_connections", "--max-connections"],
  ["max_connections_per_client", "--max-connections-per-client"],
  ["accept_rate", "--accept-rate"],
  ["idle_timeout", "--idle-timeout"],
  ["head_too_large", "--max-header-size"],
  ["body_too_large", "--max-body-size"],
] as const;

/** How often each limit of a proxy stood against somebody. */
export function LimitPanel({ proxy }: { proxy: ProxySummary }) {
  const { count } = useFormat();
  const { view, phase } = useStore().fleet.value;
  const { limits } = words.proxy;
  if (!view?.known) {
    return (
      <Panel title={limits.title}>
        <Waiting phase={phase} />
      </Panel>
    );
  }
  const shown = LIMITS.filter(([reason]) => proxy.proxy_type === "http" || !/large/.test(reason));
  return (
    <Panel title={limits.title} note={words.proxy.reasonsNote}>
      <table class="w-full border-t border-line" aria-label={limits.title}>
        <thead class="text-xs text-muted">
          <tr>
            <th scope="col" class="px-4 py-2 text-left font-normal">{limits.limit}</th>
            <th scope="col" class="px-4 py-2 text-left font-normal max-sm:hidden">{limits.flag}</th>
            <th scope="col" class="px-4 py-2 text-right font-normal">{limits.times}</th>
          </tr>
        </thead>
        <tbody>
          {shown.map(([reason, flag]) => {
            const n = view.reasons[reason] ?? 0;
            return (
              <tr key={reason} class={n === 0 ? "text-muted" : ""}>
                <th scope="row" class="h-(--row) px-4 text-left font-normal">
                  {limits.names[reason]}
                </th>
                <td class="px-4 font-mono text-[13px] text-muted max-sm:hidden">{flag}</td>
                <td class={`px-4 text-right tabular-nums ${n > 0 ? "text-warn" : ""}`}>
                  {count(n)}
                </td>
              </tr>
            );
          })}
        </tbody>
      </table>
      <p class="border-t border-line px-4 py-3 text-xs text-muted">{limits.note}</p>
    </Panel>
  );
}
