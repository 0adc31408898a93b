import { useMemo, useRef, useState } from "preact/hooks";
import type { ProxySummary } from "../../../manager/api/model.ts";
import { useFormat } from "../../state/format.ts";
import {
  groupingsOf,
  groupOf,
  inOrder,
  parseGrouping,
  proxyColumns,
  rankIds,
} from "../../state/proxies.ts";
import { labelsOf } from "../../state/proxy_labels.ts";
import { useStore } from "../../state/store.ts";
import { choose, visibleColumns } from "../../state/table/columns.ts";
import { createFilter, EVERYTHING } from "../../state/table/filter.ts";
import { rememberChoice } from "../../state/table/memory.ts";
import { nextSort, parseSort, sortText } from "../../state/table/sort.ts";
import { finish } from "../../state/table/steps.ts";
import { viewSteps } from "../../state/table/view.ts";

/** The fleet's proxies as the address and the reader want them, and what changes that. */
export function useProxies() {
  const store = useStore();
  const format = useFormat();
  const { proxies } = store.fleet.value;
  const { q = "", sort: sortWord = "", group: groupWord } = store.route.value.query;
  const [selecting, setSelecting] = useState(false);
  const anyLabels = useMemo(
    () => proxies.values().some((proxy) => labelsOf(proxy).length > 0),
    [proxies],
  );
  const columns = useMemo(() => proxyColumns(format, anyLabels), [format, anyLabels]);
  const memory = useMemo(() => rememberChoice("proxies"), []);
  const choice = memory.value.value;
  const shown = useMemo(() => visibleColumns(columns, choice), [columns, choice]);
  const sort = parseSort(sortWord, columns);
  const grouping = parseGrouping(groupWord);
  const ranks = useRef<ReadonlyMap<string, number>>(new Map());
  const filter = useMemo(() => {
    const result = createFilter(q, false);
    return "filter" in result ? result.filter : EVERYTHING;
  }, [q]);
  const view = useMemo(() => {
    ranks.current = rankIds(ranks.current, proxies.keys());
    const rows = inOrder(proxies.values(), ranks.current);
    // A proxy is found by its host and labels even where these columns are not shown.
    const question = { columns: searchable(columns, shown), filter, sort };
    const group = grouping && { key: grouping, of: groupOf(grouping) };
    return finish(viewSteps<ProxySummary>(rows, { ...question, group }));
  }, [proxies, columns, shown, filter, sortWord, grouping]);
  return {
    ...{ columns, shown, sort, grouping, filter, view, text: q, total: proxies.size },
    /** By what they can be grouped. */
    groupings: () => groupingsOf(proxies.values(), grouping),
    /** Whether cards are chosen by a press, on a phone. */
    ...{ selecting, setSelecting },
    /** Changes with what is asked for, not with what is reported. */
    question: `${q}\n${sortWord}\n${grouping}`,
    setText: (text: string) => store.setQuery({ q: text }),
    setSort: (key: string) => store.setQuery({ sort: sortText(nextSort(sort, key)) }),
    setSortWord: (word: string) => store.setQuery({ sort: word }),
    setGroup: (word: string) => store.setQuery({ group: word }),
    toggleColumn: (key: string, on: boolean) => memory.set(choose(columns, choice, key, on)),
  };
}

/** What {@link useProxies} makes. */
export type Proxies = ReturnType<typeof useProxies>;

function searchable<C extends { key: string }>(columns: readonly C[], shown: readonly C[]): C[] {
  return columns.filter((column) =>
    shown.includes(column) || column.key === "host" || column.key === "labels"
  );
}
