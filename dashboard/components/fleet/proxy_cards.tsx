import type { ProxySummary } from "../../../manager/api/model.ts";
import { formatCount } from "../../format.ts";
import { proxyHref } from "../../state/route.ts";
import { isSilent } from "../../state/rows.ts";
import { LossNote } from "../shared/loss.tsx";
import { Rate } from "../shared/quantity.tsx";
import { ProxyStatus } from "../shared/status.tsx";
import { Ago } from "../shared/time.tsx";
import { Untrusted } from "../shared/untrusted.tsx";

/** The proxies on a phone: a card each, which is one link. */
export function ProxyCards({ proxies }: { proxies: ProxySummary[] }) {
  return (
    <ul class="divide-y divide-line border-t border-line">
      {proxies.map((proxy) => (
        <li key={proxy.proxy_id}>
          <a href={proxyHref(proxy.proxy_id)} class="block px-4 py-3 active:bg-raised">
            <span class="flex items-center justify-between gap-4">
              <span class="min-w-0 font-medium">
                <Untrusted text={proxy.proxy_id} />
              </span>
              <span class="text-xs">
                <ProxyStatus proxy={proxy} />
              </span>
            </span>
            <span class="mt-0.5 flex justify-between gap-4 text-xs text-muted">
              <span class="min-w-0">
                <Untrusted text={`${proxy.proxy_type} · ${proxy.listen_addr}`} />
              </span>
              <span class="whitespace-nowrap tabular-nums">
                {formatCount(proxy.active_connections)} active
              </span>
            </span>
            <Traffic proxy={proxy} />
          </a>
        </li>
      ))}
    </ul>
  );
}

function Traffic({ proxy }: { proxy: ProxySummary }) {
  if (isSilent(proxy)) {
    return (
      <span class="mt-1 block text-muted">
        last seen <Ago time={proxy.last_seen} />
      </span>
    );
  }
  return (
    <span class="mt-1 flex gap-6">
      <span>
        <span class="text-received" aria-hidden="true">↓</span>
        <span class="sr-only">receiving</span> <Rate value={proxy.rate_received} />
      </span>
      <span>
        <span class="text-sent" aria-hidden="true">↑</span>
        <span class="sr-only">sending</span> <Rate value={proxy.rate_sent} />
      </span>
      <span class="ml-auto">
        <LossNote proxy={proxy} />
      </span>
    </span>
  );
}
