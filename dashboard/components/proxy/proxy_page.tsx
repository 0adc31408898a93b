import type { ProxySummary } from "../../../manager/api/model.ts";
import { useRecent } from "../../chart/use_recent.ts";
import { visible } from "../../format.ts";
import { useFormat } from "../../state/format.ts";
import { isSilent } from "../../state/rows.ts";
import { useStore } from "../../state/store.ts";
import { words } from "../../words/words.ts";
import { TrafficPanel } from "../chart/traffic_panel.tsx";
import { ProxyMenu } from "../control/proxy_menu.tsx";
import { useActions } from "../control/use_actions.tsx";
import { useShown } from "../control/use_shown.ts";
import { PageTitle } from "../frame/page_title.tsx";
import { Empty, Waiting } from "../shared/panel.tsx";
import { ProxyStatus, Shape } from "../shared/status.tsx";
import { Ago } from "../shared/time.tsx";
import { TOOL } from "../shared/tool.ts";
import { ForgetProxy } from "./forget_proxy.tsx";
import { ProxyFacts } from "./proxy_facts.tsx";
import { ProxyFigures } from "./proxy_figures.tsx";
import { ProxyTabs } from "./proxy_tabs.tsx";

/** One proxy: who it is, its figures, its traffic, and what else there is to say of it. */
export function ProxyPage({ proxyId, focus }: { proxyId: string; focus: boolean }) {
  const proxy = useStore().fleet.value.proxies.get(proxyId);
  const name = visible(proxyId);
  return (
    <>
      <div>
        <nav aria-label={words.proxy.breadcrumb} class="mb-1">
          <a href="#/" class="rounded text-accent hover:underline">
            <span aria-hidden="true">←</span> {words.fleet.title}
          </a>
        </nav>
        <div class="flex flex-wrap items-center gap-x-4 gap-y-1">
          <PageTitle
            text={name}
            focus={focus}
            rate={proxy && !isSilent(proxy) ? proxy.rate_received : null}
          >
            <bdi class="wrap-anywhere">{name}</bdi>
          </PageTitle>
          {proxy && <ProxyStatus proxy={proxy} />}
          {proxy && <SilenceNote proxy={proxy} />}
          {proxy && <AcceptingNote proxy={proxy} />}
          {proxy && (
            <div class="flex flex-wrap items-center gap-2 md:ml-auto">
              {isSilent(proxy) && <ForgetProxy key={proxyId} proxyId={proxyId} />}
              <Actions proxy={proxy} />
            </div>
          )}
        </div>
        {proxy && <ProxyFacts proxy={proxy} />}
      </div>
      {proxy ? <Known proxy={proxy} /> : <Unknown />}
    </>
  );
}

/** That new connections wait, which no report tells. */
function AcceptingNote({ proxy }: { proxy: ProxySummary }) {
  const { value } = useShown(proxy);
  if (value?.accepting !== "paused" || isSilent(proxy)) return null;
  return (
    <span class="inline-flex items-center gap-2 text-warn">
      <Shape name="half" />
      {words.control.access.paused}
    </span>
  );
}

/** What the proxy can be told. */
function Actions({ proxy }: { proxy: ProxySummary }) {
  const { act, dialog } = useActions();
  const { control: w } = words;
  return (
    <>
      <ProxyMenu
        proxy={proxy}
        act={(action) => act(action, [proxy.proxy_id])}
        label={w.actionsOf(visible(proxy.proxy_id))}
        buttonClass={TOOL}
      >
        {w.actions} <span aria-hidden="true">▾</span>
      </ProxyMenu>
      {dialog}
    </>
  );
}

function Known({ proxy }: { proxy: ProxySummary }) {
  const recent = useRecent(proxy.proxy_id);
  const silent = isSilent(proxy);
  return (
    <>
      <ProxyFigures proxy={proxy} recent={recent} />
      <TrafficPanel
        proxyId={proxy.proxy_id}
        recent={recent}
        received={silent ? undefined : proxy.rate_received}
        sent={silent ? undefined : proxy.rate_sent}
        silent={silent}
      />
      <ProxyTabs proxy={proxy} />
    </>
  );
}

function SilenceNote({ proxy }: { proxy: ProxySummary }) {
  if (proxy.status === "online") return null;
  return (
    <span class="text-muted tabular-nums">
      {words.fleet.lastSeen} <Ago time={proxy.last_seen} />, {words.proxy.silent}
    </span>
  );
}

/** A link to a proxy that is not there: gone, or not heard yet by a manager that has just started. */
function Unknown() {
  const { stats, phase } = useStore().fleet.value;
  const { duration } = useFormat();
  return (
    <section class="overflow-hidden rounded-lg border border-line bg-surface *:border-t-0">
      {stats === null ? <Waiting phase={phase} /> : (
        <Empty>
          <p class="text-ink">{words.proxy.unknown}</p>
          <p class="mt-1">{words.proxy.unknownWhy(duration(stats.manager_uptime))}</p>
        </Empty>
      )}
    </section>
  );
}
