import type { ProxySummary } from "../../../manager/api/model.ts";
import { formatCount, formatDuration, visible } from "../../format.ts";
import { isSilent } from "../../state/rows.ts";
import { useStore } from "../../state/store.ts";
import { BackendPanel } from "./backend_panel.tsx";
import { Card, Cards } from "../shared/card.tsx";
import { ConnectionPanel } from "../connections/connection_panel.tsx";
import { Direction } from "../shared/direction.tsx";
import { ForgetProxy } from "./forget_proxy.tsx";
import { PageTitle } from "../frame/page_title.tsx";
import { Empty, Waiting } from "../shared/panel.tsx";
import { ProxyFacts } from "./proxy_facts.tsx";
import { Bytes, Rate } from "../shared/quantity.tsx";
import { ReasonPanel } from "./reason_panel.tsx";
import { ProxyStatus } from "../shared/status.tsx";
import { Ago } from "../shared/time.tsx";
import { Traffic } from "../shared/traffic.tsx";

/** One proxy: who it is, its figures, its traffic, its backends and connections. */
export function ProxyPage({ proxyId, focus }: { proxyId: string; focus: boolean }) {
  const { proxies, proxyTraffic } = useStore().fleet.value;
  const proxy = proxies.get(proxyId);
  const name = visible(proxyId);
  return (
    <>
      <div>
        <nav aria-label="Breadcrumb" class="mb-1">
          <a href="#/" class="rounded text-accent hover:underline">
            <span aria-hidden="true">←</span> Fleet
          </a>
        </nav>
        <div class="flex flex-wrap items-center gap-x-4 gap-y-1">
          <PageTitle
            text={name}
            focus={focus}
            rate={proxy && !isSilent(proxy) ? proxy.rate_received : null}
          >
            <bdi class="break-words [overflow-wrap:anywhere]">{name}</bdi>
          </PageTitle>
          {proxy && <ProxyStatus proxy={proxy} />}
          {proxy && <SilenceNote proxy={proxy} />}
          {proxy && isSilent(proxy) && <ForgetProxy key={proxyId} proxyId={proxyId} />}
        </div>
        {proxy && <ProxyFacts proxy={proxy} />}
      </div>
      {proxy
        ? (
          <>
            <ProxyFigures proxy={proxy} />
            <Traffic
              series={proxyTraffic.get(proxyId) ?? []}
              received={isSilent(proxy) ? undefined : proxy.rate_received}
              sent={isSilent(proxy) ? undefined : proxy.rate_sent}
              silent={isSilent(proxy)}
            />
            <BackendPanel proxy={proxy} />
            <ReasonPanel />
            <ConnectionPanel key={proxyId} proxy={proxy} />
          </>
        )
        : <Unknown />}
    </>
  );
}

function SilenceNote({ proxy }: { proxy: ProxySummary }) {
  if (proxy.status === "online") return null;
  return (
    <span class="text-muted tabular-nums">
      last seen <Ago time={proxy.last_seen} />, showing its last state
    </span>
  );
}

function ProxyFigures({ proxy }: { proxy: ProxySummary }) {
  const sending = isSilent(proxy) ? null : <Rate value={proxy.rate_sent} />;
  const receiving = isSilent(proxy) ? null : <Rate value={proxy.rate_received} />;
  return (
    <Cards>
      <Card
        label="Active connections"
        note={`${formatCount(proxy.total_connections)} in total`}
      >
        {formatCount(proxy.active_connections)}
      </Card>
      <Card
        label="Failed connections"
        note={`${formatCount(proxy.rejected_connections)} rejected`}
      >
        {formatCount(proxy.failed_connections)}
      </Card>
      <Card label={<Direction name="sent" card />} note={sending}>
        <Bytes value={proxy.total_bytes_sent} />
      </Card>
      <Card label={<Direction name="received" card />} note={receiving}>
        <Bytes value={proxy.total_bytes_received} />
      </Card>
    </Cards>
  );
}

/** A link to a proxy that is not there: gone, or not heard yet by a manager that has just started. */
function Unknown() {
  const { stats, phase } = useStore().fleet.value;
  return (
    <section class="overflow-hidden rounded-lg border border-line bg-surface *:border-t-0">
      {stats === null ? <Waiting phase={phase} /> : (
        <Empty>
          <p class="text-ink">The manager knows no proxy of this name.</p>
          <p class="mt-1">
            It has been up for{" "}
            {formatDuration(stats.manager_uptime)}. A proxy appears here with its next report.
          </p>
        </Empty>
      )}
    </section>
  );
}
