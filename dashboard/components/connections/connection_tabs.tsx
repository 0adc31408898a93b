import { useRef } from "preact/hooks";
import { type Tab, TABS } from "../../state/connections/row.ts";
import { useFormat } from "../../state/format.ts";
import { useStore } from "../../state/store.ts";
import { words } from "../../words/words.ts";
import type { Connections } from "./use_connections.ts";

/** Open, ended and refused connections, each with how many there are. */
export function ConnectionTabs({ connections }: { connections: Connections }) {
  const { question, ask } = connections;
  const store = useStore();
  const { count } = useFormat();
  const list = useRef<HTMLDivElement>(null);
  const feed = store.connections.feed.value;
  // Read, so that the counts are drawn anew with each message.
  store.connections.version.value;
  const counts = { ...feed.counts, active: feed.counts.active + feed.omitted };
  const go = (tab: Tab) => {
    ask({ tab });
    list.current?.querySelector<HTMLElement>(`#tab-${tab}`)?.focus();
  };
  const onKeyDown = (event: KeyboardEvent) => {
    const step = { ArrowRight: 1, ArrowLeft: -1 }[event.key];
    if (step === undefined) return;
    event.preventDefault();
    const at = TABS.indexOf(question.tab) + step + TABS.length;
    go(TABS[at % TABS.length]);
  };
  return (
    <div
      ref={list}
      role="tablist"
      aria-label={words.connections.tabsLabel}
      onKeyDown={onKeyDown}
      class="flex gap-1 border-b border-line px-2 sm:px-3"
    >
      {TABS.map((tab) => {
        const here = tab === question.tab;
        return (
          <button
            key={tab}
            type="button"
            role="tab"
            id={`tab-${tab}`}
            aria-selected={here}
            aria-controls="connections-panel"
            tabIndex={here ? 0 : -1}
            onClick={() => ask({ tab })}
            class={`-mb-px flex h-11 items-center gap-2 border-b-2 px-2 -outline-offset-2 sm:px-3 ${
              here ? "border-accent font-medium" : "border-transparent text-muted hover:text-ink"
            }`}
          >
            {words.connections.tabs[tab]}
            <span class="text-xs font-normal text-muted tabular-nums">
              {feed.known ? count(counts[tab]) : words.shared.none}
            </span>
          </button>
        );
      })}
    </div>
  );
}
