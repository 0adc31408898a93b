import type { ComponentChildren } from "preact";
import type { ProxySummary } from "../../../manager/api/model.ts";
import { useFormat } from "../../state/format.ts";
import { labelsOf } from "../../state/proxy_labels.ts";
import { isSilent } from "../../state/rows.ts";
import { words } from "../../words/words.ts";
import { ProxyLabels } from "../shared/proxy_labels.tsx";
import { Ago, Duration } from "../shared/time.tsx";
import { Untrusted } from "../shared/untrusted.tsx";

/** Who a proxy is, on one line where there is room. */
export function ProxyFacts({ proxy }: { proxy: ProxySummary }) {
  const { count, percent } = useFormat();
  const { facts } = words.proxy;
  const reports = !isSilent(proxy);
  return (
    <dl class="mt-3 flex flex-wrap gap-x-8 gap-y-2">
      <Fact name={facts.type}>
        <Untrusted text={proxy.proxy_type} />
      </Fact>
      <Fact name={facts.listen}>
        <Untrusted text={proxy.listen_addr} mono />
      </Fact>
      {proxy.host !== "" && (
        <Fact name={facts.host}>
          <Untrusted text={proxy.host} />
        </Fact>
      )}
      {proxy.version !== "" && (
        <Fact name={facts.version}>
          <Untrusted text={proxy.version} />
        </Fact>
      )}
      {labelsOf(proxy).length > 0 && (
        <Fact name={facts.labels}>
          <ProxyLabels proxy={proxy} wrap />
        </Fact>
      )}
      <Fact name={reports ? facts.up : facts.wasUp}>
        <Duration start={proxy.start_time} end={reports ? undefined : proxy.last_seen} />
      </Fact>
      <Fact name={facts.counted}>
        <Ago time={proxy.counted_since} />
      </Fact>
      <Fact name={facts.lost}>
        <span class={`tabular-nums ${proxy.loss_percent > 0 ? "text-warn" : ""}`}>
          {facts.lostNote(percent(proxy.loss_percent))}
        </span>
      </Fact>
      {proxy.dropped_datagrams > 0 && (
        <Fact name={facts.dropped}>
          <span class="text-warn tabular-nums">
            {facts.droppedOf(
              count(proxy.dropped_datagrams),
              count(proxy.datagrams + proxy.dropped_datagrams),
            )}
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
