import type { FleetStats, ProxySummary } from "../../../manager/api/model.ts";
import { formatCount, formatDuration } from "../../format.ts";
import { useStore } from "../../state/store.ts";
import { Card, Cards } from "../shared/card.tsx";
import { Direction } from "../shared/direction.tsx";
import { FleetPanel } from "./fleet_panel.tsx";
import { HistoryNotice } from "../frame/history_notice.tsx";
import { IngestPanel } from "./ingest_panel.tsx";
import { PageTitle } from "../frame/page_title.tsx";
import { Bytes, Rate } from "../shared/quantity.tsx";
import { Traffic } from "../shared/traffic.tsx";

/** The whole fleet: its figures, its traffic, its proxies. */
export function FleetPage({ focus }: { focus: boolean }) {
  const { stats, proxies, traffic } = useStore().fleet.value;
  return (
    <>
      <div class="flex min-h-8 items-baseline justify-between gap-4">
        <PageTitle text="Fleet" focus={focus}>Fleet</PageTitle>
        {stats && <ManagerNote stats={stats} />}
      </div>
      <HistoryNotice history={stats?.history} />
      <FleetCards stats={stats} proxies={[...proxies.values()]} />
      <Traffic series={traffic} received={stats?.rate_received} sent={stats?.rate_sent} />
      <FleetPanel />
      {stats && <IngestPanel ingest={stats.ingest} />}
    </>
  );
}

function ManagerNote({ stats }: { stats: FleetStats }) {
  return (
    <p class="truncate text-xs text-muted tabular-nums">
      Manager {stats.manager_version}, up {formatDuration(stats.manager_uptime)}
    </p>
  );
}

function FleetCards({ stats, proxies }: { stats: FleetStats | null; proxies: ProxySummary[] }) {
  return (
    <Cards>
      <Card label="Proxies" note={stats && statusNote(proxies)}>
        {stats && (
          <>
            {formatCount(stats.active_proxies)}{" "}
            <span class="font-normal text-muted">/ {formatCount(stats.total_proxies)}</span>
          </>
        )}
      </Card>
      <Card
        label="Active connections"
        note={stats && `${formatCount(stats.total_connections)} in total`}
      >
        {stats && formatCount(stats.active_connections)}
      </Card>
      <Card
        label={<Direction name="sent" card />}
        note={stats && <Rate value={stats.rate_sent} />}
      >
        {stats && <Bytes value={stats.total_bytes_sent} />}
      </Card>
      <Card
        label={<Direction name="received" card />}
        note={stats && <Rate value={stats.rate_received} />}
      >
        {stats && <Bytes value={stats.total_bytes_received} />}
      </Card>
    </Cards>
  );
}

/** How the proxies are, beginning with what is wrong: `1 offline · 2 stale`, or `all online`. */
function statusNote(proxies: ProxySummary[]): string {
  const words = ["stale", "offline", "stopped"] as const;
  const parts = words
    .map((word) => ({ word, n: proxies.filter((p) => p.status === word).length }))
    .filter(({ n }) => n > 0)
    .map(({ word, n }) => `${formatCount(n)}\u00a0${word}`);
  if (proxies.length === 0) return "none has reported yet";
  return parts.length === 0 ? `all online` : parts.join(" · ");
}
