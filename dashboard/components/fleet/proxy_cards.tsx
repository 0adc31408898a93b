import { useRef } from "preact/hooks";
import type { ProxySummary } from "../../../manager/api/model.ts";
import { visible } from "../../format.ts";
import { useFormat } from "../../state/format.ts";
import { proxyHref } from "../../state/route.ts";
import { groupWord } from "../../state/proxies.ts";
import { labelsOf, labelText } from "../../state/proxy_labels.ts";
import { isSilent } from "../../state/rows.ts";
import { groupLines, type Line } from "../../state/table/group.ts";
import { words } from "../../words/words.ts";
import { ProxyMenu } from "../control/proxy_menu.tsx";
import type { Act } from "../control/use_actions.tsx";
import { MoreIcon } from "../frame/icons.tsx";
import { LossNote } from "../shared/loss.tsx";
import { Marked } from "../shared/marked.tsx";
import { Rate } from "../shared/quantity.tsx";
import { ProxyStatus } from "../shared/status.tsx";
import { Ago } from "../shared/time.tsx";
import { useVirtualRows } from "../shared/virtual_rows.tsx";
import type { Proxies } from "./use_proxies.ts";
import type { Chosen } from "./use_selection.ts";

/** Of one card, in pixels: all are as high, so that those out of sight need not be drawn. */
const HEIGHT = 88;

/** How the button of a card's menu looks. */
const CARD_MENU = "grid h-full w-11 shrink-0 place-items-center text-muted active:bg-raised";

/** The proxies on a phone: a card each, which is one link; or, while one selects, one box. */
export function ProxyCards(
  { table: { view, grouping, selecting }, chosen, act }: {
    table: Proxies;
    chosen: Chosen | null;
    act: Act;
  },
) {
  const list = useRef<HTMLUListElement>(null);
  const lines: Line<ProxySummary>[] = view.groups === null
    ? view.rows.map((row) => ({ type: "row", row }))
    : groupLines(view.groups, () => true);
  const virtual = useVirtualRows({ count: lines.length, height: HEIGHT, list });
  return (
    <ul ref={list} class="border-t border-line" aria-label={words.fleet.proxies}>
      {virtual.rows.map(({ index, gap }) => {
        const line = lines[index];
        const key = line.type === "group" ? `group ${line.group.key}` : `row ${line.row.proxy_id}`;
        return [
          gap > 0 && <li key={`gap ${index}`} aria-hidden="true" style={{ height: `${gap}px` }} />,
          <li
            key={key}
            data-index={index}
            aria-setsize={lines.length}
            aria-posinset={index + 1}
            class="h-22 border-b border-line"
          >
            {line.type === "group"
              ? (
                <GroupHead
                  grouping={grouping}
                  name={line.group.key}
                  sums={line.group.sums}
                  n={line.group.rows.length}
                />
              )
              : chosen && selecting
              ? <SelectCard proxy={line.row} chosen={chosen} />
              : <LinkCard proxy={line.row} act={act} />}
          </li>,
        ];
      })}
      {virtual.after > 0 && <li aria-hidden="true" style={{ height: `${virtual.after}px` }} />}
    </ul>
  );
}

/** A card that leads to the proxy's page, beside what it can be told. */
function LinkCard({ proxy, act }: { proxy: ProxySummary; act: Act }) {
  return (
    <div class="flex h-full">
      <a href={proxyHref(proxy.proxy_id)} class="block min-w-0 flex-1 px-4 py-3 active:bg-raised">
        <CardText proxy={proxy} />
      </a>
      <ProxyMenu
        proxy={proxy}
        act={(action) => act(action, [proxy.proxy_id])}
        label={words.control.actionsOf(visible(proxy.proxy_id))}
        buttonClass={CARD_MENU}
      >
        <MoreIcon />
      </ProxyMenu>
    </div>
  );
}

/** A card that is chosen by a press. */
function SelectCard({ proxy, chosen }: { proxy: ProxySummary; chosen: Chosen }) {
  const id = proxy.proxy_id;
  const on = chosen.has(id);
  return (
    <label class={`flex h-full items-center gap-3 px-4 ${on ? "bg-raised" : ""}`}>
      <input
        type="checkbox"
        aria-label={words.control.select(visible(id))}
        checked={on}
        onChange={() => chosen.toggle(id, false)}
        class="size-5 shrink-0 accent-accent"
      />
      <span class="min-w-0 flex-1">
        <CardText proxy={proxy} />
      </span>
    </label>
  );
}

function CardText({ proxy }: { proxy: ProxySummary }) {
  const { count } = useFormat();
  return (
    <>
      <span class="flex items-center justify-between gap-4">
        <bdi class="min-w-0 truncate font-medium">
          <Marked text={visible(proxy.proxy_id)} />
        </bdi>
        <span class="text-xs">
          <ProxyStatus proxy={proxy} />
        </span>
      </span>
      <span class="mt-0.5 flex justify-between gap-4 text-xs text-muted">
        <bdi class="min-w-0 truncate">
          <Marked text={visible(about(proxy))} />
        </bdi>
        <span class="whitespace-nowrap tabular-nums">
          {words.fleet.activeCount(count(proxy.active_connections))}
        </span>
      </span>
      <Traffic proxy={proxy} />
    </>
  );
}

/** What it is, on one line that may be cut short. */
function about(proxy: ProxySummary): string {
  const labels = labelsOf(proxy).map(labelText).join(" ");
  return [proxy.proxy_type, proxy.listen_addr, labels].filter((text) => text !== "").join(" · ");
}

function Traffic({ proxy }: { proxy: ProxySummary }) {
  if (isSilent(proxy)) {
    return (
      <span class="mt-1 block text-muted">
        {words.fleet.lastSeen} <Ago time={proxy.last_seen} />
      </span>
    );
  }
  return (
    <span class="mt-1 flex gap-6">
      <BothRates received={proxy.rate_received} sent={proxy.rate_sent} />
      <span class="ml-auto">
        <LossNote proxy={proxy} />
      </span>
    </span>
  );
}

function BothRates({ received, sent }: { received: number; sent: number }) {
  return (
    <>
      <span class="whitespace-nowrap">
        <span class="text-received" aria-hidden="true">↓</span>
        <span class="sr-only">{words.fleet.receiving}</span> <Rate value={received} />
      </span>
      <span class="whitespace-nowrap">
        <span class="text-sent" aria-hidden="true">↑</span>
        <span class="sr-only">{words.fleet.sending}</span> <Rate value={sent} />
      </span>
    </>
  );
}

function GroupHead({ grouping, name, sums, n }: {
  grouping: Proxies["grouping"];
  name: string;
  sums: ReadonlyMap<string, number>;
  n: number;
}) {
  const { count } = useFormat();
  const { fleet } = words;
  return (
    <div class="flex h-full flex-col justify-end bg-raised px-4 py-3">
      <span class="flex items-baseline justify-between gap-4">
        <bdi class="min-w-0 truncate font-semibold">
          {groupWord(grouping, name) ?? visible(name)}
        </bdi>
        <span class="text-xs text-muted tabular-nums">{count(n)}</span>
      </span>
      <span class="mt-1 flex gap-6">
        <BothRates received={sums.get("receiving") ?? 0} sent={sums.get("sending") ?? 0} />
        <span class="ml-auto text-xs text-muted tabular-nums">
          {fleet.activeCount(count(sums.get("active") ?? 0))}
        </span>
      </span>
    </div>
  );
}
