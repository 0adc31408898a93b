import type { ProxySummary } from "../../../manager/api/model.ts";
import { useFormat } from "../../state/format.ts";
import { isSilent } from "../../state/rows.ts";
import type { Series } from "../../state/series.ts";
import { words } from "../../words/words.ts";
import { Card, Cards } from "../shared/card.tsx";
import { Direction } from "../shared/direction.tsx";
import { Bytes, Rate } from "../shared/quantity.tsx";
import { Sparkline } from "../shared/sparkline.tsx";

/** A proxy's figures, and how they went of late. */
export function ProxyFigures({ proxy, recent }: { proxy: ProxySummary; recent: Series }) {
  const { count } = useFormat();
  const sending = isSilent(proxy) ? null : <Rate value={proxy.rate_sent} />;
  const receiving = isSilent(proxy) ? null : <Rate value={proxy.rate_received} />;
  return (
    <Cards>
      <Card
        label={words.fleet.active}
        note={words.fleet.inTotal(count(proxy.total_connections))}
        spark={<Sparkline series={recent} of="active" color="text-ok" />}
      >
        {count(proxy.active_connections)}
      </Card>
      <Card
        label={words.proxy.failed}
        note={words.proxy.rejected(count(proxy.rejected_connections))}
        spark={<span />}
      >
        {count(proxy.failed_connections)}
      </Card>
      <Card
        label={<Direction name="sent" card />}
        note={sending}
        spark={<Sparkline series={recent} of="sent" color="text-sent" />}
      >
        <Bytes value={proxy.total_bytes_sent} />
      </Card>
      <Card
        label={<Direction name="received" card />}
        note={receiving}
        spark={<Sparkline series={recent} of="received" color="text-received" />}
      >
        <Bytes value={proxy.total_bytes_received} />
      </Card>
    </Cards>
  );
}
