import type { EventsReply } from "../../../manager/api/model_history.ts";
import { useAnswer } from "../../chart/use_answer.ts";
import { EVENT_GROUPS, EVENT_PAGE, eventGroup, eventQuestion } from "../../state/event_filter.ts";
import type { Query } from "../../state/route.ts";
import { useStore } from "../../state/store.ts";
import { words } from "../../words/words.ts";
import { Segments } from "../chart/segments.tsx";
import { Button } from "../shared/button.tsx";
import { PastPanel } from "../shared/past_panel.tsx";
import { ProxyChoice } from "../shared/proxy_choice.tsx";
import { EventTable } from "./event_table.tsx";

const w = words.events;

/** How often what happened is asked for again, in milliseconds. */
const EVERY_MS = 10_000;

/** What happened in the fleet, the newest first, page by page. */
export function EventList({ query }: { query: Query }) {
  const store = useStore();
  const question = eventQuestion(query);
  const past = useAnswer(
    JSON.stringify(question),
    // What is over does not change.
    question.before === null ? Math.floor(store.now.value / EVERY_MS) : 0,
    (signal) => store.client.fleetEvents(question, signal),
  );
  const isFiltered = question.proxyId !== "" || question.kinds.length > 0;
  return (
    <PastPanel
      title={w.happened}
      past={past}
      note={({ complete }) => complete ? null : w.incomplete}
      filter={<EventFilter query={query} />}
      empty={({ events }) => events.length > 0 ? null : isFiltered ? <NoEvent /> : w.none}
    >
      {(reply) => (
        <>
          <EventTable events={pageOf(reply)} />
          <Paging reply={reply} isFirst={question.before === null} />
        </>
      )}
    </PastPanel>
  );
}

/** The newest first, without the one beyond the page. */
function pageOf({ events }: EventsReply): EventsReply["events"] {
  return events.toReversed().slice(0, EVENT_PAGE);
}

function EventFilter({ query }: { query: Query }) {
  const { go } = useStore();
  const groups = ["", ...Object.keys(EVENT_GROUPS)] as ("" | keyof typeof EVENT_GROUPS)[];
  return (
    <div class="flex flex-wrap gap-2">
      <ProxyChoice
        value={query.proxy ?? ""}
        onChange={(proxy) => go({ proxy, before: "" })}
      />
      <Segments
        label={w.kind}
        options={groups.map((value) => {
          const word = w.groups[value === "" ? "all" : value];
          return { value, word, title: word };
        })}
        value={eventGroup(query) ?? ""}
        onChange={(kind) => go({ kind, before: "" })}
      />
    </div>
  );
}

function NoEvent() {
  const { go } = useStore();
  return (
    <>
      {w.noMatch}{" "}
      <button
        type="button"
        class="text-accent underline underline-offset-4"
        onClick={() => go({ kind: "", proxy: "", before: "" })}
      >
        {words.shared.clearFilter}
      </button>
    </>
  );
}

function Paging({ reply, isFirst }: { reply: EventsReply; isFirst: boolean }) {
  const { go } = useStore();
  const hasMore = reply.events.length > EVENT_PAGE;
  const oldest = pageOf(reply).at(-1);
  if (isFirst && !hasMore) return null;
  return (
    <div class="flex justify-end gap-2 border-t border-line px-4 py-3">
      {!isFirst && <Button onClick={() => go({ before: "" })}>{w.newest}</Button>}
      {hasMore && oldest && (
        <Button onClick={() => go({ before: String(oldest.id) })}>{w.older}</Button>
      )}
    </div>
  );
}
