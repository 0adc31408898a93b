import { useAnswer } from "../../chart/use_answer.ts";
import { useStore } from "../../state/store.ts";
import { words } from "../../words/words.ts";
import { PageTitle } from "../frame/page_title.tsx";
import { Tabs } from "../shared/tabs.tsx";
import { AlertPanel } from "./alert_panel.tsx";
import { AuditPanel } from "./audit_panel.tsx";
import { EventList } from "./event_list.tsx";
import { RulePanel } from "./rule_panel.tsx";
import { WebhookPanel } from "./webhook_panel.tsx";

const TABS = ["now", "rules", "audit"] as const;
type Tab = (typeof TABS)[number];

/** How often alerts are asked for again, in milliseconds; at once when their number changes. */
const EVERY_MS = 10_000;

/** What is wrong, what happened, by which rules and whom that is told, and who did what. */
export function EventsPage({ focus }: { focus: boolean }) {
  const store = useStore();
  const { query } = store.route.value;
  const counts = store.fleet.value.stats?.alerts;
  const turn = Math.floor(store.now.value / EVERY_MS);
  const asked = useAnswer(
    "alerts",
    turn + 1e9 * ((counts?.firing ?? 0) + (counts?.pending ?? 0)),
    (signal) => store.client.alerts(signal),
  );
  const isAdmin = store.session.value.role === "admin";
  const tabs = TABS.filter((tab) => tab !== "audit" || isAdmin);
  const tab: Tab = tabs.find((tab) => tab === query.tab) ?? "now";
  const title = words.frame.pages.events;
  return (
    <>
      <PageTitle text={title} focus={focus}>{title}</PageTitle>
      <Tabs
        label={title}
        tabs={tabs.map((value) => ({ value, word: words.events.tabs[value] }))}
        value={tab}
        onChange={(tab) => store.go({ tab: tab === "now" ? "" : tab })}
      >
        {tab === "now" && (
          <>
            <AlertPanel asked={asked} />
            <EventList query={query} />
          </>
        )}
        {tab === "rules" && (
          <>
            <RulePanel asked={asked} />
            <WebhookPanel asked={asked} />
          </>
        )}
        {tab === "audit" && <AuditPanel />}
      </Tabs>
    </>
  );
}
