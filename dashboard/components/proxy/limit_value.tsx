import type { Limits, ProxySummary } from "../../../manager/api/model.ts";
import type { Format } from "../../format.ts";
import { useFormat } from "../../state/format.ts";
import { isSilent } from "../../state/rows.ts";
import { words } from "../../words/words.ts";
import { Bytes, Rate } from "../shared/quantity.tsx";
import { Way } from "../shared/way.tsx";

/** What a limit is counted in. */
export type LimitUnit = "count" | "perSecond" | "seconds" | "bytes" | "rate";

/** A limit in the reader's units, or that there is none. */
export function LimitValue({ value, unit }: { value: number | null; unit: LimitUnit }) {
  const format = useFormat();
  if (value === null) return <span class="text-muted">{words.proxy.limits.none}</span>;
  switch (unit) {
    case "count":
      return <>{format.count(value)}</>;
    case "perSecond":
      return (
        <span class="whitespace-nowrap">
          {words.proxy.limits.perSecond(format.count(value))}
        </span>
      );
    case "seconds":
      return <span class="whitespace-nowrap">{timeout(value, format)}</span>;
    case "bytes":
      return <Bytes value={value} />;
    case "rate":
      return <Rate value={value} />;
  }
}

/** How much of a limit is in use now, where that is known; for a row of its own, or short below another figure. */
export function LimitUse(
  { name, value, proxy, short = false }: {
    name: keyof Limits;
    value: number | null;
    proxy: ProxySummary;
    short?: boolean;
  },
) {
  const { count, percent } = useFormat();
  if (isSilent(proxy)) return null;
  const { share, inUseShort } = words.proxy.limits;
  if (name === "max_connections") {
    const active = proxy.active_connections;
    const use = value ? share(count(active), percent(active / value * 100)) : count(active);
    return <span class="whitespace-nowrap">{short ? inUseShort(use) : use}</span>;
  }
  if (name !== "bandwidth") return null;
  return (
    <span class={short ? "flex flex-col" : "flex flex-wrap justify-end gap-x-3"}>
      <Way name="received">
        <Rate value={proxy.rate_received} />
      </Way>
      <Way name="sent">
        <Rate value={proxy.rate_sent} />
      </Way>
    </span>
  );
}

/** A time that may be a part of a second. */
function timeout(seconds: number, { duration, decimal, latency }: Format): string {
  if (seconds > 0 && seconds < 1) {
    const { value, unit } = latency(seconds * 1000);
    return `${value} ${unit}`;
  }
  return seconds < 60 ? words.time.s(decimal(seconds)) : duration(seconds);
}
