import type { Ingest } from "../../../manager/api/model.ts";
import { useFormat } from "../../state/format.ts";
import { words } from "../../words/words.ts";
import { reasonWords } from "../../state/connections/row.ts";
import { Counters } from "../shared/counters.tsx";
import { Panel } from "../shared/panel.tsx";
import { Rate } from "../shared/quantity.tsx";

/** How reports arrive, and what was dropped of them. */
export function IngestPanel({ ingest }: { ingest: Ingest }) {
  const { counted, decimal } = useFormat();
  const { fleet } = words;
  const { datagrams_per_s, bytes_per_s, sources, dropped } = ingest;
  const total = Object.values(dropped).reduce((sum, n) => sum + n, 0);
  return (
    <Panel
      title={fleet.reports}
      note={
        <>
          {fleet.datagramsPerSecond(decimal(datagrams_per_s))} · <Rate value={bytes_per_s} /> ·{" "}
          {fleet.addresses(counted(sources))} ·{" "}
          <span class={`whitespace-nowrap ${total > 0 ? "text-warn" : ""}`}>
            {total > 0 ? fleet.datagramsDropped(counted(total)) : fleet.noneDropped}
          </span>
        </>
      }
    >
      {total > 0 && (
        <Counters
          counts={dropped}
          words={(reason) => fleet.drops[reason] ?? reasonWords(reason)}
        />
      )}
    </Panel>
  );
}
