/** The fleet's proxies as a table: their columns, their usual order, their groups. Pure. */
import type { ProxySummary } from "../../manager/api/model.ts";
import type { Format } from "../format.ts";
import { words } from "../words/words.ts";
import { labelNames, labelsOf, labelText } from "./proxy_labels.ts";
import { isSilent, proxyStatus } from "./rows.ts";
import type { Column } from "./table/columns.ts";

/** By what all proxies can be grouped. */
const ALWAYS = ["host", "mode", "status"] as const;
const LABEL = "label:";
/** By what proxies can be grouped: also by the value of any label. */
export type Grouping = (typeof ALWAYS)[number] | `${typeof LABEL}${string}`;

/** By what these proxies can be grouped, and by what they are. */
export function groupingsOf(
  proxies: Iterable<ProxySummary>,
  chosen: Grouping | null = null,
): Grouping[] {
  const all = [...ALWAYS, ...labelNames(proxies).map((name): Grouping => `${LABEL}${name}`)];
  return chosen === null || all.includes(chosen) ? all : [...all, chosen];
}

/** The grouping of a word in the address; null for none. */
export function parseGrouping(text = ""): Grouping | null {
  if (/^label:[\w.-]{1,32}$/.test(text)) return text as Grouping;
  return ALWAYS.find((grouping) => grouping === text) ?? null;
}

/** The label by which a grouping goes; null where it goes by something else. */
function groupedLabel(grouping: Grouping | null): string | null {
  return grouping?.startsWith(LABEL) ? grouping.slice(LABEL.length) : null;
}

/** What a grouping is called. */
export function groupingName(grouping: Grouping): string {
  const { groupings, byLabel } = words.fleet;
  const label = groupedLabel(grouping);
  return label === null ? groupings[grouping as keyof typeof groupings] : byLabel(label);
}

/** What the proxies of a group have in common. */
export function groupOf(grouping: Grouping): (proxy: ProxySummary) => string {
  const label = groupedLabel(grouping);
  if (label !== null) {
    return (proxy) => labelsOf(proxy).find(([name]) => name === label)?.[1] ?? "";
  }
  if (grouping === "host") return ({ host }) => host;
  return grouping === "mode" ? ({ proxy_type }) => proxy_type : proxyStatus;
}

/** What a group is called by what its proxies have in common; null where that is a text of theirs. */
export function groupWord(grouping: Grouping | null, key: string): string | null {
  const { nameless, unlabelled } = words.fleet;
  if (key === "") return groupedLabel(grouping) === null ? nameless : unlabelled;
  const { states } = words.shared;
  return grouping === "status" ? states[key as keyof typeof states] : null;
}

/** The columns, in the order in which they stand; that of labels is usual where there are any. */
export function proxyColumns(
  format: Pick<Format, "bytes" | "rate" | "count" | "percent" | "duration" | "exact">,
  anyLabels = false,
): Column<ProxySummary>[] {
  const { columns } = words.fleet;
  const text = (key: keyof typeof columns, of: (proxy: ProxySummary) => string) => ({
    ...{ key, title: columns[key], text: of },
  });
  const number = (
    key: keyof typeof columns,
    value: (proxy: ProxySummary) => number,
    write: (n: number) => string = format.count,
  ) => ({
    ...{ key, title: columns[key], number: true, value },
    text: (proxy: ProxySummary) => write(value(proxy)),
  });
  const sum = (...args: Parameters<typeof number>) => ({ ...number(...args), summed: true });
  const size = (n: number) => written(format.bytes(n));
  const rate = (n: number) => written(format.rate(n));
  return [
    { ...text("name", (p) => p.proxy_id), fixed: true, order: naturalKey },
    { ...text("status", proxyStatus), width: 150 },
    { ...text("host", (p) => p.host), width: 112, hidden: true },
    { ...text("mode", (p) => p.proxy_type), width: 72 },
    { ...text("listen", (p) => p.listen_addr), width: 128 },
    {
      ...text("labels", (p) => labelsOf(p).map(labelText).join(" ")),
      ...{ width: 160, hidden: !anyLabels },
    },
    { ...sum("receiving", (p) => isSilent(p) ? 0 : p.rate_received, rate), width: 104 },
    { ...sum("sending", (p) => isSilent(p) ? 0 : p.rate_sent, rate), width: 104 },
    { ...sum("received", (p) => p.total_bytes_received, size), width: 112 },
    { ...sum("sent", (p) => p.total_bytes_sent, size), width: 96 },
    { ...sum("active", (p) => p.active_connections), width: 76 },
    { ...sum("total", (p) => p.total_connections), width: 96, hidden: true },
    { ...sum("failed", (p) => p.failed_connections), width: 76 },
    { ...sum("rejected", (p) => p.rejected_connections), width: 84, hidden: true },
    { ...number("loss", (p) => isSilent(p) ? 0 : p.loss_percent, format.percent), width: 76 },
    { ...number("uptime", (p) => p.uptime, format.duration), width: 104, hidden: true },
    { ...text("version", (p) => p.version), width: 92, hidden: true },
    { ...number("seen", (p) => p.last_seen, format.exact), width: 116, hidden: true },
  ];
}

function written({ value, unit }: { value: string; unit: string }): string {
  return `${value} ${unit}`;
}

/** As people count: `edge-10` stands behind `edge-9`. */
function naturalKey({ proxy_id }: ProxySummary): string {
  return proxy_id.replace(/\d{1,12}/g, (digits) => digits.padStart(12, "0"));
}

/** Places of ids in the order of people; the same ones as before where no id is new or gone. */
export function rankIds(
  before: ReadonlyMap<string, number>,
  ids: Iterable<string>,
): ReadonlyMap<string, number> {
  const all = [...ids];
  if (all.length === before.size && all.every((id) => before.has(id))) return before;
  const { compare } = new Intl.Collator("en", { numeric: true });
  return new Map(all.sort(compare).map((id, place) => [id, place]));
}

/** The proxies in that order. */
export function inOrder(
  proxies: Iterable<ProxySummary>,
  ranks: ReadonlyMap<string, number>,
): ProxySummary[] {
  const ordered = new Array<ProxySummary>(ranks.size);
  for (const proxy of proxies) ordered[ranks.get(proxy.proxy_id)!] = proxy;
  return ordered;
}
