import type { EventsReply } from "../../../manager/api/model_history.ts";
import { proxyHref } from "../../state/route.ts";
import { words } from "../../words/words.ts";
import { Shape, type ShapeName } from "../shared/status.tsx";
import { Ago, Exact } from "../shared/time.tsx";
import { Untrusted } from "../shared/untrusted.tsx";

const w = words.events;
type Event = EventsReply["events"][number];

const HEAD = "h-9 border-y border-line px-2 text-left text-xs font-normal text-muted first:pl-4";
const CELL = "h-(--row) px-2 first:pl-4 last:pr-4";

/** Events, one a row; on a phone each on two lines. */
export function EventTable({ events }: { events: Event[] }) {
  return (
    <table
      class="w-full table-fixed border-separate border-spacing-0"
      aria-label={w.happened}
    >
      <thead class="max-sm:sr-only">
        <tr>
          <th scope="col" class={`${HEAD} w-70`}>{w.when}</th>
          <th scope="col" class={`${HEAD} w-52`}>{w.what}</th>
          <th scope="col" class={HEAD}>{w.proxy}</th>
          <th scope="col" class={HEAD}>{w.detail}</th>
        </tr>
      </thead>
      <tbody>{events.map((event) => <EventRow key={event.id} event={event} />)}</tbody>
    </table>
  );
}

function EventRow({ event: { time, kind, proxy_id, detail } }: { event: Event }) {
  return (
    <tr class="hover:bg-raised max-sm:grid max-sm:grid-cols-[1fr_auto] max-sm:gap-x-4 max-sm:border-b max-sm:border-line max-sm:px-4 max-sm:py-2 max-sm:*:h-auto max-sm:*:px-0!">
      <td class={`${CELL} whitespace-nowrap tabular-nums max-sm:order-2`}>
        <span class="max-sm:hidden">
          <Exact time={time} />
        </span>
        <span class="text-xs text-muted sm:ml-2">
          <Ago time={time} />
        </span>
      </td>
      <td class={`${CELL} max-sm:order-1`}>
        <What kind={kind} />
      </td>
      <td class={`${CELL} max-sm:order-3 max-sm:col-span-2`}>
        {proxy_id !== "" && (
          <a href={proxyHref(proxy_id)} class="block w-fit max-w-full rounded hover:underline">
            <Untrusted text={proxy_id} />
          </a>
        )}
      </td>
      <td class={`${CELL} text-muted max-sm:order-4 max-sm:col-span-2`}>
        <Untrusted text={detail} />
      </td>
    </tr>
  );
}

const LOOKS: Partial<Record<Event["kind"], [ShapeName, string]>> = {
  alert_firing: ["square", "text-bad"],
  alert_resolved: ["disc", "text-ok"],
  history_failed: ["square", "text-bad"],
  history_on: ["disc", "text-ok"],
  proxy_appeared: ["disc", "text-ok"],
  proxy_online: ["disc", "text-ok"],
  proxy_stale: ["triangle", "text-warn"],
  proxy_offline: ["ring", "text-muted"],
  proxy_stopped: ["box", "text-muted"],
  proxy_restarted: ["half", "text-warn"],
  proxy_draining: ["half", "text-warn"],
  proxy_removed: ["box", "text-muted"],
  loss_high: ["triangle", "text-warn"],
  loss_over: ["disc", "text-ok"],
};

/** What kind of event it was, as shape, word and colour; a kind of a newer manager as its own name. */
function What({ kind }: { kind: Event["kind"] }) {
  const [shape, color] = LOOKS[kind] ?? ["disc", "text-muted"];
  return (
    <span class="inline-flex items-center gap-2">
      <span class={color}>
        <Shape name={shape} />
      </span>
      {w.kinds[kind] ?? kind}
    </span>
  );
}
