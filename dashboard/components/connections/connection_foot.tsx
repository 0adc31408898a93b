import { useFormat } from "../../state/format.ts";
import { useStore } from "../../state/store.ts";
import { words } from "../../words/words.ts";
import { Button } from "../shared/button.tsx";
import { MAX_OLDER } from "./use_older.ts";
import type { Connections } from "./use_connections.ts";

const w = words.connections;

/** How many rows of how many, and the way to those that are only in the log. */
export function ConnectionFoot({ connections }: { connections: Connections }) {
  const { older, question } = connections;
  const { count } = useFormat();
  return (
    <div class="flex min-h-11 flex-wrap items-center justify-between gap-x-6 gap-y-2 border-t border-line px-4 py-1.5 text-xs text-muted tabular-nums">
      <CountNote connections={connections} />
      {question.tab !== "active" && (
        <div class="flex items-center gap-3" role="status">
          {older.failure !== null && (
            <span class="text-bad">
              {w.olderFailed(older.failure.message || words.shared.unreachable)}
            </span>
          )}
          {older.rows.length > 0 && <span>{w.older(count(older.rows.length))}</span>}
          {older.isFull && <span>{w.enoughOlder(count(MAX_OLDER))}</span>}
          {older.more
            ? (
              <Button onClick={older.load} busy={older.busy}>
                {older.busy ? w.loadingOlder : w.loadOlder}
              </Button>
            )
            : older.rows.length > 0 && !older.isFull && <span>{w.noOlder}</span>}
        </div>
      )}
    </div>
  );
}

function CountNote({ connections: { view, question, pause } }: { connections: Connections }) {
  const { count, counted } = useFormat();
  const { feed, version } = useStore().connections;
  version.value;
  if (view === null) return <p />;
  const { omitted } = feed.value;
  const all = view.rows.length + view.filtered;
  const parts = [
    question.text === ""
      ? w.known(counted(view.rows.length))
      : w.match(count(view.rows.length), count(all)),
    view.groups ? w.inGroups(counted(view.groups.length)) : "",
    pause.frozen ? w.paused : "",
  ].filter((part) => part !== "");
  const hasMore = omitted > 0 && question.tab === "active";
  if (hasMore) parts.push(w.omitted(count(omitted)));
  return <p role="status" title={hasMore ? w.omittedHint : undefined}>{parts.join(" · ")}</p>;
}
