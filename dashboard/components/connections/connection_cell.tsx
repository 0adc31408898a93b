import type { JSX } from "preact";
import {
  type ColumnContext,
  type ConnectionColumnKey,
  durationOf,
} from "../../state/connections/columns.ts";
import { ratesAt } from "../../state/connections/rate.ts";
import type { ConnectionRow } from "../../state/connections/row.ts";
import { useFormat } from "../../state/format.ts";
import { hostOf } from "../../state/labels.ts";
import { words } from "../../words/words.ts";
import { Marked } from "../shared/marked.tsx";
import { Bytes, Rate } from "../shared/quantity.tsx";
import { ConnectionState } from "../shared/status.tsx";
import { Ago } from "../shared/time.tsx";
import { FacetValue } from "./facet_value.tsx";

interface CellProps {
  column: ConnectionColumnKey;
  row: ConnectionRow;
  context: ColumnContext;
}

/** What stands in a column of a connection. */
export function ConnectionCell({ column, row, context }: CellProps): JSX.Element | null {
  const { count, duration } = useFormat();
  switch (column) {
    case "state":
      return <ConnectionState state={row.state} />;
    case "client":
      return <Client row={row} context={context} />;
    case "target":
      return <Labelled {...{ row, facet: "target", label: context.labelOf(hostOf(row.target)) }} />;
    case "user":
      return <FacetValue facet="user" value={row.user} text={row.shown.user} />;
    case "proxy":
      return <FacetValue facet="proxy" value={row.proxy_id} text={row.shown.proxy} />;
    case "reason":
      return <FacetValue facet="reason" value={row.reason} text={row.shown.reason} />;
    case "type": {
      const type = context.typeOf(row.proxy_id);
      return <FacetValue facet="type" value={type} text={type} />;
    }
    case "rate_sent":
    case "rate_received":
      return <ConnectionRate row={row} way={column} now={context.now()} />;
    case "bytes_sent":
    case "bytes_received":
      return <Bytes value={row[column]} />;
    case "bytes":
      return <Bytes value={row.bytes_sent + row.bytes_received} />;
    case "duration":
      return <>{duration(durationOf(row, context.now()))}</>;
    case "start_time":
    case "last_activity":
      return <Ago time={row[column]} />;
    case "requests":
    case "id":
      return <>{count(row[column])}</>;
  }
}

/** A rate, or a dash until there is one; a zero is fainter, so that what moves stands out. */
export function ConnectionRate(
  { row, way, now }: { row: ConnectionRow; way: "rate_sent" | "rate_received"; now: number },
) {
  const rates = ratesAt(row.meter, now);
  const rate = way === "rate_sent" ? rates.sent : rates.received;
  if (rate === null) {
    return (
      <span class="text-muted" title={words.connections.unknownRate}>{words.shared.none}</span>
    );
  }
  return (
    <span class={rate === 0 ? "text-muted" : ""}>
      <Rate value={rate} />
    </span>
  );
}

/** Its state before it where there is no column for that: a sign, and its word on hover. */
function Client({ row, context }: { row: ConnectionRow; context: ColumnContext }) {
  const name = <Labelled {...{ row, facet: "client", label: context.labelOf(row.client_ip) }} />;
  if (context.tab !== "active") return name;
  return (
    <span class="flex min-w-0 items-center gap-2">
      <ConnectionState state={row.state} sign />
      {name}
    </span>
  );
}

function Labelled(
  { row, facet, label }: { row: ConnectionRow; facet: "client" | "target"; label: string },
) {
  const value = facet === "client" ? row.client_ip : row.target;
  return (
    <span class="flex min-w-0 items-baseline gap-2">
      <span class={label === "" ? "min-w-0" : "max-w-full shrink-0"}>
        <FacetValue facet={facet} value={value} text={row.shown[facet]} mono />
      </span>
      {label !== "" && (
        <span class="truncate text-xs text-muted">
          <bdi>
            <Marked text={label} />
          </bdi>
        </span>
      )}
    </span>
  );
}
