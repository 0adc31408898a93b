import type { EventsReply } from "../../../manager/api/model_history.ts";
import { useAnswer } from "../../chart/use_answer.ts";
import { useStore } from "../../state/store.ts";
import { words } from "../../words/words.ts";
import { PastNote } from "../chart/past_note.tsx";
import { Empty, Panel } from "../shared/panel.tsx";
import { Ago, Exact } from "../shared/time.tsx";
import { Untrusted } from "../shared/untrusted.tsx";

/** How often what happened is asked for again, in milliseconds. */
const EVERY_MS = 10_000;

/** What happened to a proxy of late, the newest first. */
export function EventPanel({ proxyId }: { proxyId: string }) {
  const store = useStore();
  const { status } = store.fleet.value.proxies.get(proxyId) ?? {};
  const turn = Math.floor(store.now.value / EVERY_MS);
  // What is seen to change is asked for at once.
  const past = useAnswer(
    `${proxyId} ${status}`,
    turn,
    (signal) => store.askEvents(proxyId, signal),
  );
  const { events: w } = words.proxy;
  return (
    <Panel title={w.title} note={past.value && noteOf(past.value)}>
      {past.value === null
        ? past.failure ? null : <Empty>{past.slow ? words.chart.loading : "\u00a0"}</Empty>
        : past.value.events.length === 0
        ? <Empty>{w.none}</Empty>
        : <EventTable events={past.value.events} />}
      <PastNote past={past} />
    </Panel>
  );
}

function noteOf({ complete }: EventsReply): string {
  return complete ? "" : words.proxy.events.incomplete;
}

function EventTable({ events }: { events: EventsReply["events"] }) {
  const { events: w } = words.proxy;
  return (
    <table class="w-full border-t border-line" aria-label={w.title}>
      <thead class="text-xs text-muted">
        <tr>
          <th scope="col" class="px-4 py-2 text-left font-normal">{w.what}</th>
          <th scope="col" class="px-4 py-2 text-left font-normal max-sm:hidden">{w.detail}</th>
          <th scope="col" class="px-4 py-2 text-right font-normal">{w.when}</th>
        </tr>
      </thead>
      <tbody>
        {events.toReversed().map(({ id, time, kind, detail }) => (
          <tr key={id}>
            <td class="h-(--row) px-4 whitespace-nowrap">{words.events.kinds[kind] ?? kind}</td>
            <td class="w-full max-w-0 px-4 text-muted max-sm:hidden">
              <Untrusted text={detail} />
            </td>
            <td class="px-4 text-right whitespace-nowrap tabular-nums">
              <span class="mr-4 text-xs text-muted max-sm:hidden">
                <Exact time={time} />
              </span>
              <Ago time={time} />
            </td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}
