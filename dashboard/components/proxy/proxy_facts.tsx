import type { ComponentChildren } from "preact";
import type { ProxySummary } from "../../../manager/api/model.ts";
import { formatCount, formatPercent } from "../../format.ts";
import { isSilent } from "../../state/rows.ts";
import { Ago, Duration } from "../shared/time.tsx";
import { Untrusted } from "../shared/untrusted.tsx";

/** Who a proxy is, on one line where there is room. */
export function ProxyFacts({ proxy }: { proxy: ProxySummary }) {
  const reports = !isSilent(proxy);
  return (
    <dl class="mt-3 flex flex-wrap gap-x-8 gap-y-2">
      <Fact name="Type">
        <Untrusted text={proxy.proxy_type} />
      </Fact>
      <Fact name="Listen address">
        <Untrusted text={proxy.listen_addr} mono />
      </Fact>
      {proxy.host !== "" && (
        <Fact name="Host">
          <Untrusted text={proxy.host} />
        </Fact>
      )}
      {proxy.version !== "" && (
        <Fact name="Version">
          <Untrusted text={proxy.version} />
        </Fact>
      )}
      <Fact name={reports ? "Up for" : "Was up for"}>
        <Duration start={proxy.start_time} end={reports ? undefined : proxy.last_seen} />
      </Fact>
      <Fact name="Counted since">
        <Ago time={proxy.counted_since} />
      </Fact>
      <Fact name="Reports lost">
        <span class={`tabular-nums ${proxy.loss_percent > 0 ? "text-warn" : ""}`}>
          {formatPercent(proxy.loss_percent)} in the last minute
        </span>
      </Fact>
      {proxy.dropped_datagrams > 0 && (
        <Fact name="Reports dropped">
          <span class="text-warn tabular-nums">
            {formatCount(proxy.dropped_datagrams)} of{" "}
            {formatCount(proxy.datagrams + proxy.dropped_datagrams)}
          </span>
        </Fact>
      )}
    </dl>
  );
}

function Fact({ name, children }: { name: string; children: ComponentChildren }) {
  return (
    <div class="max-w-full min-w-0">
      <dt class="text-xs text-muted">{name}</dt>
      <dd class="max-w-80">{children}</dd>
    </div>
  );
}
