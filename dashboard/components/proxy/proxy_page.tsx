import type { ProxySummary } from "../../../manager/api/model.ts";
import { formatDuration, visible } from "../../format.ts";
import { isSilent } from "../../state/rows.ts";
import { useStore } from "../../state/store.ts";
import { BackendPanel } from "./backend_panel.tsx";
import { ConnectionPanel } from "../connections/connection_panel.tsx";
import { ForgetProxy } from "./forget_proxy.tsx";
import { PageTitle } from "../frame/page_title.tsx";
import { Empty, Waiting } from "../shared/panel.tsx";
import { ProxyFacts } from "./proxy_facts.tsx";
import { ReasonPanel } from "./reason_panel.tsx";
import { ProxyStatus } from "../shared/status.tsx";
import { Ago } from "../shared/time.tsx";
import { TrafficPanel } from "../chart/traffic_panel.tsx";
import { ProxyFigures } from "./proxy_figures.tsx";
import { useRecent } from "../../chart/use_recent.ts";

/** One proxy: who it is, its figures, its traffic, its backends and connections. */
export function ProxyPage({ proxyId, focus }: { proxyId: string; focus: boolean }) {
  const { proxies } = useStore().fleet.value;
  const recent = useRecent(proxyId);
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
            <ProxyFigures proxy={proxy} recent={recent} />
            <TrafficPanel
              proxyId={proxyId}
              recent={recent}
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
