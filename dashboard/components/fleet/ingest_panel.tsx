import type { Ingest } from "../../../manager/api/model.ts";
import { formatDecimal, formatPlural } from "../../format.ts";
import { reasonWords } from "../connections/connection_table.tsx";
import { Counters } from "../shared/counters.tsx";
import { Panel } from "../shared/panel.tsx";
import { Rate } from "../shared/quantity.tsx";

/** What the manager's words for a drop mean to one who reads them. */
const DROPS: Record<string, string> = {
  bad_schema: "not a report",
  bad_seal: "changed, or sealed by a stranger",
  error: "the manager failed, its log says why",
  header_mismatch: "sealed as another",
  no_key: "sealed, and the manager has no key",
  not_json: "not JSON",
  old_boot: "of a proxy's earlier start",
  overload: "the manager was too busy",
  registry_full: "more proxies than --max-proxies",
  replayed: "taken before",
  source_rate: "an address above --stats-rate",
  stale_time: "clocks more than 5 minutes apart",
  stranger_rate: "unknown addresses above --stats-rate",
  unknown_key: "sealed with an unknown key",
  unsealed: "not sealed",
  wrong_key: "sealed with another proxy's key",
};

/** How reports arrive, and what was dropped of them. */
export function IngestPanel({ ingest }: { ingest: Ingest }) {
  const { datagrams_per_s, bytes_per_s, sources, dropped } = ingest;
  const total = Object.values(dropped).reduce((sum, n) => sum + n, 0);
  return (
    <Panel
      title="Reports"
      note={
        <>
          {formatDecimal(datagrams_per_s)} datagrams/s · <Rate value={bytes_per_s} /> ·{" "}
          {formatPlural(sources, "address", "es")} ·{" "}
          <span class={`whitespace-nowrap ${total > 0 ? "text-warn" : ""}`}>
            {total > 0 ? `${formatPlural(total, "datagram")} dropped` : "none dropped"}
          </span>
        </>
      }
    >
      {total > 0 && (
        <Counters
          counts={dropped}
          words={(reason) => DROPS[reason] ?? reasonWords(reason)}
        />
      )}
    </Panel>
  );
}
