import { useEffect, useRef, useState } from "preact/hooks";
import {
  type ColumnContext,
  type ConnectionColumn,
  connectionColumns,
} from "../../state/connections/columns.ts";
import {
  type ConnectionQuestion,
  facetOf,
  hasFacets,
  readQuestion,
  writeQuestion,
} from "../../state/connections/question.ts";
import type { ConnectionFeed } from "../../state/connections/feed.ts";
import { type ConnectionRow, tabOf } from "../../state/connections/row.ts";
import { managerNow, useStore } from "../../state/store.ts";
import { visibleColumns } from "../../state/table/columns.ts";
import { createFilter, EVERYTHING, type Filter } from "../../state/table/filter.ts";
import { holdView } from "../../state/table/hold.ts";
import type { PatternProblem } from "../../state/table/pattern/parse.ts";
import { ViewRunner } from "../../state/table/runner.ts";
import { type View, viewSteps } from "../../state/table/view.ts";
import { notLive } from "../../state/connections/older.ts";
import { useHold } from "../shared/use_hold.ts";
import { type Older, useOlder } from "./use_older.ts";
import { usePause } from "./use_pause.ts";

/** What the connections' parts show, and what they can ask for. */
export interface Connections {
  question: ConnectionQuestion;
  ask: (changes: Partial<ConnectionQuestion>) => void;
  all: readonly ConnectionColumn[];
  columns: readonly ConnectionColumn[];
  context: ColumnContext;
  /** Null until the first is made. */
  view: View<ConnectionRow> | null;
  filter: Filter;
  problem: PatternProblem | null;
  pause: ReturnType<typeof usePause>;
  older: Older;
  handlers: Record<string, unknown>;
}

/** The connections of the fleet, or of one proxy, as the address asks for them. */
export function useConnections(proxyId: string | null): Connections {
  const store = useStore();
  const question = readQuestion(store.route.value.query);
  const ask = (changes: Partial<ConnectionQuestion>) => store.setQuery(writeQuestion(changes));
  const feed = store.connections.feed.value;
  const version = store.connections.version.value;
  const pause = usePause(question.tab);
  const older = useOlder(question.tab, proxyId);
  const [users, setUsers] = useState(false);
  const clock = useRef(0);
  clock.current = pause.frozen?.now ?? managerNow(store);
  const { proxies } = store.fleet.value;
  const types = useRef(proxies);
  types.current = proxies;
  const context: ColumnContext = {
    ...{ tab: question.tab, fleet: proxyId === null, users },
    now: () => clock.current,
    typeOf: (id) => types.current.get(id)?.proxy_type ?? "",
    labelOf: store.labels.find.value,
  };
  const all = connectionColumns(context);
  const columns = visibleColumns(all, store.connectionColumns.value.value) as ConnectionColumn[];
  const { filter, problem } = useFilter(question);

  const rows = () =>
    pause.frozen?.rows ??
      [...feed.rows(), ...notLive(older.rows, (proxy, id) => feed.get(proxy, id))];
  const key = JSON.stringify([
    ...[question, columns.map((column) => column.key), pause.frozen !== null, problem],
    // Once anything is known, it is shown at once.
    ...[older.rows.length, store.labels.labels.value, feed.known],
  ]);
  const steps = () => {
    const hasAll = hasFacets(question.facets, context.typeOf);
    const { tab, sort, group } = question;
    return viewSteps(rows(), {
      ...{ columns, filter, sort, usual: all.find((column) => column.key === "start_time") },
      wanted: (row) => tabOf(row) === tab && hasAll(row),
      group: group && { key: group, of: (row) => facetOf(row, group, context.typeOf) },
    });
  };
  const { view, handlers } = useView({ steps, key, feed, version });
  const hasUsers = users || (view?.rows.some((row) => row.user !== "") ?? false);
  useEffect(() => setUsers(hasUsers), [hasUsers]);
  return { question, ask, all, columns, context, view, filter, problem, pause, older, handlers };
}

/** The filter; while an expression is not finished, the last one that was. */
function useFilter({ text, isPattern }: ConnectionQuestion) {
  const made = useRef({
    key: "",
    filter: EVERYTHING as Filter,
    problem: null as PatternProblem | null,
  });
  const key = `${isPattern} ${text}`;
  if (made.current.key !== key) {
    const result = createFilter(text, isPattern);
    made.current = "filter" in result
      ? { key, filter: result.filter, problem: null }
      : { key, filter: made.current.filter, problem: result.problem };
  }
  return made.current;
}

interface ViewOptions {
  steps: () => ReturnType<typeof viewSteps<ConnectionRow>>;
  /** Changes with what is asked for, so that the answer is wanted at once. */
  key: string;
  /** Changes with whose connections they are. */
  feed: ConnectionFeed;
  version: number;
}

/** The view, made anew as rows change; it stands still while the reader is at the rows. */
function useView({ steps, key, feed, version }: ViewOptions) {
  const [shown, setShown] = useState<{ view: View<ConnectionRow>; key: string; feed: unknown }>();
  const runner = useRef<ViewRunner | null>(null);
  runner.current ??= new ViewRunner();
  const latest = useRef({ steps, key, feed });
  latest.current = { steps, key, feed };
  const run = (isNew: boolean) => {
    runner.current!.ask(() => latest.current.steps(), (view) => {
      const { key, feed } = latest.current;
      // What is made before anything is known says nothing.
      if (!feed.known) return;
      setShown((before) => {
        const isSame = before?.key === key && before.feed === feed;
        return { view: isSame && hold.isHeld() ? holdView(before.view, view) : view, key, feed };
      });
    }, isNew);
  };
  const hold = useHold(() => run(true));
  const asked = useRef<unknown>(null);
  useEffect(() => {
    const isNew = asked.current !== `${key}` || shown?.feed !== feed;
    asked.current = key;
    run(isNew);
  }, [key, feed, version]);
  useEffect(() => () => runner.current!.stop(), []);
  const isCurrent = shown !== undefined && shown.feed === feed;
  return { view: isCurrent ? shown.view : null, handlers: hold.handlers };
}
