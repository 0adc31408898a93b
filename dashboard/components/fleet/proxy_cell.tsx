import type { ProxySummary } from "../../../manager/api/model.ts";
import { visible } from "../../format.ts";
import { useFormat } from "../../state/format.ts";
import { proxyHref } from "../../state/route.ts";
import { isSilent } from "../../state/rows.ts";
import { words } from "../../words/words.ts";
import { Marked } from "../shared/marked.tsx";
import { ProxyLabels } from "../shared/proxy_labels.tsx";
import { Bytes, Rate } from "../shared/quantity.tsx";
import { ProxyStatus } from "../shared/status.tsx";
import { Ago, Duration } from "../shared/time.tsx";

/** What a column says of a proxy. */
export function ProxyCell({ column, proxy }: { column: string; proxy: ProxySummary }) {
  const { count, percent } = useFormat();
  const silent = isSilent(proxy);
  switch (column) {
    case "name":
      return <Name proxy={proxy} />;
    case "status":
      return <Status proxy={proxy} />;
    case "host":
      return <Text text={proxy.host} />;
    case "mode":
      return <Text text={proxy.proxy_type} />;
    case "listen":
      return <Text text={proxy.listen_addr} mono />;
    case "labels":
      return <ProxyLabels proxy={proxy} />;
    case "version":
      return <Text text={proxy.version} />;
    case "receiving":
      return silent ? <None /> : <Rate value={proxy.rate_received} />;
    case "sending":
      return silent ? <None /> : <Rate value={proxy.rate_sent} />;
    case "received":
      return <Bytes value={proxy.total_bytes_received} />;
    case "sent":
      return <Bytes value={proxy.total_bytes_sent} />;
    case "active":
      return <>{count(proxy.active_connections)}</>;
    case "total":
      return <>{count(proxy.total_connections)}</>;
    case "failed":
      return <>{count(proxy.failed_connections)}</>;
    case "rejected":
      return <>{count(proxy.rejected_connections)}</>;
    case "loss":
      return silent ? <None /> : (
        <span
          class={proxy.loss_percent > 0 ? "text-warn" : ""}
          title={words.shared.lostDatagrams}
        >
          {percent(proxy.loss_percent)}
        </span>
      );
    case "uptime":
      return <Duration start={proxy.start_time} end={silent ? proxy.last_seen : undefined} />;
    case "seen":
      return <Ago time={proxy.last_seen} />;
  }
  return null;
}

function Name({ proxy }: { proxy: ProxySummary }) {
  return (
    <a
      href={proxyHref(proxy.proxy_id)}
      // The row has the focus, and opens by Enter; a second stop for each would only be in the way.
      tabIndex={-1}
      class="block truncate font-medium hover:underline"
      title={visible(proxy.proxy_id)}
      onClick={(event) => event.stopPropagation()}
    >
      <bdi>
        <Marked text={visible(proxy.proxy_id)} />
      </bdi>
    </a>
  );
}

function Status({ proxy }: { proxy: ProxySummary }) {
  return (
    <span class="flex items-baseline gap-2">
      <ProxyStatus proxy={proxy} />
      {isSilent(proxy) && (
        <span class="truncate text-xs text-muted tabular-nums">
          <span class="sr-only">{words.fleet.lastSeen}</span> <Ago time={proxy.last_seen} />
        </span>
      )}
    </span>
  );
}

function Text({ text, mono = false }: { text: string; mono?: boolean }) {
  const shown = visible(text);
  return (
    <bdi class={mono ? "block truncate font-mono text-[13px]" : "block truncate"} title={shown}>
      <Marked text={shown} />
    </bdi>
  );
}

function None() {
  return <span class="text-muted">{words.shared.none}</span>;
}
