import type { FleetStats } from "../../../manager/api/model.ts";
import { useRecent } from "../../chart/use_recent.ts";
import { useFormat } from "../../state/format.ts";
import { useStore } from "../../state/store.ts";
import { words } from "../../words/words.ts";
import { TrafficPanel } from "../chart/traffic_panel.tsx";
import { HistoryNotice } from "../frame/history_notice.tsx";
import { PageTitle } from "../frame/page_title.tsx";
import { FleetCards } from "./fleet_cards.tsx";
import { FleetPanel } from "./fleet_panel.tsx";
import { IngestPanel } from "./ingest_panel.tsx";

/** The whole fleet: its figures, its traffic, its proxies. */
export function FleetPage({ focus }: { focus: boolean }) {
  const { stats, proxies } = useStore().fleet.value;
  const recent = useRecent(null);
  return (
    <>
      <div class="flex min-h-8 items-baseline justify-between gap-4">
        <PageTitle text={words.fleet.title} focus={focus}>{words.fleet.title}</PageTitle>
        {stats && <ManagerNote stats={stats} />}
      </div>
      <HistoryNotice history={stats?.history} />
      <FleetCards stats={stats} proxies={[...proxies.values()]} recent={recent} />
      <TrafficPanel
        proxyId={null}
        recent={recent}
        received={stats?.rate_received}
        sent={stats?.rate_sent}
      />
      <FleetPanel />
      {stats && <IngestPanel ingest={stats.ingest} />}
    </>
  );
}

function ManagerNote({ stats }: { stats: FleetStats }) {
  const { duration } = useFormat();
  return (
    <p class="truncate text-xs text-muted tabular-nums">
      {words.fleet.manager(stats.manager_version, duration(stats.manager_uptime))}
    </p>
  );
}
