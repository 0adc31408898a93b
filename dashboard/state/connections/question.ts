/** What the reader asked of the connections, as it stands in the address. Pure. */
import type { Query } from "../route.ts";
import { MAX_FILTER } from "../table/filter.ts";
import { parseSort, type Sort, sortText } from "../table/sort.ts";
import { words } from "../../words/words.ts";
import type { ConnectionRow, Tab } from "./row.ts";
import { TABS } from "./row.ts";

/** By what a click on a value filters. */
export const FACETS = ["client", "target", "user", "proxy", "type", "state", "reason"] as const;
export type Facet = (typeof FACETS)[number];

/** By what rows can be grouped. */
export const GROUPS = ["client", "target", "user", "proxy", "state"] as const;
export type GroupBy = (typeof GROUPS)[number];

export interface ConnectionQuestion {
  tab: Tab;
  text: string;
  isPattern: boolean;
  sort: Sort;
  group: GroupBy | null;
  /** Values that rows must have. */
  facets: Readonly<Partial<Record<Facet, string>>>;
}

/** The longest value that a filter by value takes: that of a name. */
const MAX_VALUE = 300;
const COLUMNS = Object.keys(words.connections.columns).map((key) => ({ key }));

/** The question in an address; what it does not say, or says wrongly, is the usual. */
export function readQuestion(query: Query): ConnectionQuestion {
  const tab = TABS.find((tab) => tab === query.show) ?? "active";
  const facets = FACETS.flatMap((facet) => {
    const value = query[`is.${facet}`];
    return value === undefined || value === "" ? [] : [[facet, value.slice(0, MAX_VALUE)] as const];
  });
  return {
    tab,
    text: (query.q ?? "").slice(0, MAX_FILTER),
    isPattern: query.re === "1",
    sort: parseSort(query.sort ?? "", COLUMNS as never),
    group: GROUPS.find((group) => group === query.group) ?? null,
    facets: Object.fromEntries(facets.map(([facet, v]) => [facet, v === EMPTY ? "" : v])),
  };
}

/** Stands for an empty value in the address; no name looks like it by chance. */
const EMPTY = "\u2205";

/** The changes to the address that ask for this. */
export function writeQuestion(changes: Partial<ConnectionQuestion>): Query {
  const { tab, text, isPattern, sort, group, facets } = changes;
  const query: Record<string, string> = {};
  if (tab !== undefined) query.show = tab === "active" ? "" : tab;
  if (text !== undefined) query.q = text;
  if (isPattern !== undefined) query.re = isPattern ? "1" : "";
  if (sort !== undefined) query.sort = sortText(sort);
  if (group !== undefined) query.group = group ?? "";
  if (facets !== undefined) {
    for (const facet of FACETS) {
      const value = facets[facet];
      query[`is.${facet}`] = value === undefined ? "" : value === "" ? EMPTY : value;
    }
  }
  return query;
}

/** The value of a row that a click on it filters by; the client is its address alone. */
export function facetOf(
  row: ConnectionRow,
  facet: Facet,
  typeOf: (proxyId: string) => string,
): string {
  switch (facet) {
    case "client":
      return row.client_ip;
    case "proxy":
      return row.proxy_id;
    case "type":
      return typeOf(row.proxy_id);
    default:
      return row[facet];
  }
}

/** Whether a row has all the values that are asked for. */
export function hasFacets(
  facets: ConnectionQuestion["facets"],
  typeOf: (proxyId: string) => string,
): (row: ConnectionRow) => boolean {
  const wanted = Object.entries(facets) as [Facet, string][];
  return (row) => wanted.every(([facet, value]) => facetOf(row, facet, typeOf) === value);
}
