import type { ComponentChildren } from "preact";
import type { Limits, ProxySummary } from "../../../manager/api/model.ts";
import { useFormat } from "../../state/format.ts";
import { words } from "../../words/words.ts";
import { type LimitUnit, LimitUse, LimitValue } from "./limit_value.tsx";

interface Limit {
  name: keyof Limits;
  unit: LimitUnit;
  /** What a proxy reports where it stands against somebody; null where it only slows down. */
  reason: string | null;
  httpOnly?: true;
}

const LIMITS: readonly Limit[] = [
  { name: "max_connections", unit: "count", reason: "max_connections" },
  { name: "max_connections_per_client", unit: "count", reason: "max_connections_per_client" },
  { name: "accept_rate", unit: "perSecond", reason: "accept_rate" },
  { name: "bandwidth", unit: "rate", reason: null },
  { name: "bandwidth_per_connection", unit: "rate", reason: null },
  { name: "idle_timeout", unit: "seconds", reason: "idle_timeout" },
  { name: "connect_timeout", unit: "seconds", reason: "connect_timeout" },
  { name: "drain_timeout", unit: "seconds", reason: "drain_timeout" },
  { name: "max_header_size", unit: "bytes", reason: "head_too_large", httpOnly: true },
  { name: "max_body_size", unit: "bytes", reason: "body_too_large", httpOnly: true },
];

interface LimitTableProps {
  label: string;
  proxy: ProxySummary;
  /** Null where the proxy does not tell them: then only what was counted is shown. */
  limits: Limits | null;
  reasons: Readonly<Record<string, number>>;
}

/** A limit a row: what it is, how much of it is in use, how often it was reached. */
export function LimitTable({ label, proxy, limits, reasons }: LimitTableProps) {
  const shown = LIMITS.filter(({ reason, httpOnly }) =>
    (limits !== null || reason !== null) && (!httpOnly || proxy.proxy_type === "http")
  );
  const { limits: w } = words.proxy;
  return (
    <table class="w-full border-t border-line" aria-label={label}>
      <thead class="text-xs text-muted">
        <tr>
          <Head>{w.limit}</Head>
          <Head wide>{w.flag}</Head>
          {limits && <Head number>{w.value}</Head>}
          {limits && <Head number wide>{w.inUse}</Head>}
          <Head number>{w.times}</Head>
        </tr>
      </thead>
      <tbody>
        {shown.map((limit) => {
          const times = limit.reason === null ? null : reasons[limit.reason] ?? 0;
          return (
            <LimitRow key={limit.name} limit={limit} proxy={proxy} limits={limits} times={times} />
          );
        })}
      </tbody>
    </table>
  );
}

function LimitRow(
  { limit: { name, unit }, proxy, limits, times }:
    & { limit: Limit; times: number | null }
    & Pick<LimitTableProps, "proxy" | "limits">,
) {
  const { count } = useFormat();
  const value = limits?.[name] ?? null;
  return (
    <tr class={value === null && !times ? "text-muted" : ""}>
      <th scope="row" class="h-(--row) px-2 py-1 first:pl-4 last:pr-4 text-left font-normal">
        {words.proxy.limits.names[name]}
      </th>
      <Cell wide>
        <span class="font-mono text-[13px] text-muted">--{name.replaceAll("_", "-")}</span>
      </Cell>
      {limits && (
        <Cell number>
          <LimitValue value={value} unit={unit} />
          <div class="text-xs text-muted empty:hidden sm:hidden">
            <LimitUse name={name} value={value} proxy={proxy} short />
          </div>
        </Cell>
      )}
      {limits && (
        <Cell number wide>
          <LimitUse name={name} value={value} proxy={proxy} />
        </Cell>
      )}
      <Cell number>
        <span class={times ? "text-warn" : "text-muted"}>
          {times === null ? words.shared.none : count(times)}
        </span>
      </Cell>
    </tr>
  );
}

interface CellProps {
  children: ComponentChildren;
  number?: boolean;
  /** Shown where there is room for it. */
  wide?: boolean;
}

function Head({ children, number, wide }: CellProps) {
  return (
    <th
      scope="col"
      class={`px-2 py-2 first:pl-4 last:pr-4 font-normal ${number ? "text-right" : "text-left"} ${
        wide ? "max-sm:hidden" : ""
      }`}
    >
      {children}
    </th>
  );
}

function Cell({ children, number, wide }: CellProps) {
  return (
    <td
      class={`px-2 py-1 first:pl-4 last:pr-4 ${number ? "text-right tabular-nums" : ""} ${
        wide ? "max-sm:hidden" : ""
      }`}
    >
      {children}
    </td>
  );
}
