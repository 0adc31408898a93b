import type { FleetStats, ProxySummary } from "../../../manager/api/model.ts";
import { useFormat } from "../../state/format.ts";
import type { Series } from "../../state/series.ts";
import { words } from "../../words/words.ts";
import { Card, Cards } from "../shared/card.tsx";
import { Direction } from "../shared/direction.tsx";
import { Bytes, Rate } from "../shared/quantity.tsx";
import { Sparkline } from "../shared/sparkline.tsx";

/** The fleet's figures, and how they went of late. */
export function FleetCards({ stats, proxies, recent }: {
  stats: FleetStats | null;
  proxies: ProxySummary[];
  recent: Series;
}) {
  const format = useFormat();
  const { fleet } = words;
  return (
    <Cards>
      <Card
        label={fleet.proxies}
        note={stats && statusNote(proxies, format.count)}
        spark={<Sparkline series={recent} of="proxies" color="text-ok" />}
      >
        {stats && (
          <>
            {format.count(stats.active_proxies)}{" "}
            <span class="font-normal text-muted">/ {format.count(stats.total_proxies)}</span>
          </>
        )}
      </Card>
      <Card
        label={fleet.active}
        note={stats && fleet.inTotal(format.count(stats.total_connections))}
        spark={<Sparkline series={recent} of="active" color="text-ok" />}
      >
        {stats && format.count(stats.active_connections)}
      </Card>
      <Card
        label={<Direction name="sent" card />}
        note={stats && <Rate value={stats.rate_sent} />}
        spark={<Sparkline series={recent} of="sent" color="text-sent" />}
      >
        {stats && <Bytes value={stats.total_bytes_sent} />}
      </Card>
      <Card
        label={<Direction name="received" card />}
        note={stats && <Rate value={stats.rate_received} />}
        spark={<Sparkline series={recent} of="received" color="text-received" />}
      >
        {stats && <Bytes value={stats.total_bytes_received} />}
      </Card>
    </Cards>
  );
}

/** How the proxies are, beginning with what is wrong: `1 offline · 2 stale`, or `all online`. */
function statusNote(proxies: ProxySummary[], count: (n: number) => string): string {
  const wrong = ["stale", "offline", "stopped"] as const;
  const parts = wrong
    .map((status) => ({ status, n: proxies.filter((p) => p.status === status).length }))
    .filter(({ n }) => n > 0)
    .map(({ status, n }) => `${count(n)}\u00a0${words.shared.states[status]}`);
  if (proxies.length === 0) return words.fleet.noneReported;
  return parts.length === 0 ? words.fleet.allOnline : parts.join(" · ");
}
