import { useAnswer } from "../../chart/use_answer.ts";
import { visible } from "../../format.ts";
import { useStore } from "../../state/store.ts";
import { words } from "../../words/words.ts";
import { PastPanel } from "../shared/past_panel.tsx";
import { Exact } from "../shared/time.tsx";

const w = words.audit;

/** How often it is asked for again, in milliseconds. */
const EVERY_MS = 10_000;

const HEAD = "h-9 border-y border-line px-2 text-left text-xs font-normal text-muted first:pl-4";
const CELL = "h-(--row) px-2 py-1 align-top wrap-anywhere first:pl-4 last:pr-4";

/** Who did what, the newest first; for admins. */
export function AuditPanel() {
  const store = useStore();
  const turn = Math.floor(store.now.value / EVERY_MS);
  const past = useAnswer("audit", turn, (signal) => store.client.audit(signal));
  return (
    <PastPanel
      title={w.title}
      past={past}
      note={({ complete }) => complete ? w.newest : w.incomplete}
      empty={({ entries }) => entries.length === 0 ? w.none : null}
    >
      {({ entries }) => (
        <div class="overflow-x-auto" tabIndex={0} role="region" aria-label={w.title}>
          <table class="w-full min-w-200 border-separate border-spacing-0" aria-label={w.title}>
            <thead>
              <tr>
                {[w.when, w.who, w.from, w.what, w.outcome, w.detail].map((text) => (
                  <th key={text} scope="col" class={HEAD}>{text}</th>
                ))}
              </tr>
            </thead>
            <tbody>
              {entries.toReversed().map((e) => (
                <tr key={e.id} class="hover:bg-raised">
                  <td class={CELL}>
                    <Exact time={e.time} />
                  </td>
                  <td class={CELL}>{visible(e.actor)}</td>
                  <td class={`${CELL} font-mono text-[13px]`}>{visible(e.client_ip)}</td>
                  <td class={CELL}>
                    {visible(e.action).replaceAll("_", " ")}{" "}
                    <bdi class="text-muted">{visible(e.target)}</bdi>
                  </td>
                  <td class={`${CELL} ${e.outcome === "done" ? "" : "text-warn"}`}>
                    {visible(e.outcome).replaceAll("_", " ")}
                  </td>
                  <td class={`${CELL} text-muted`}>{visible(e.detail)}</td>
                </tr>
              ))}
            </tbody>
          </table>
        </div>
      )}
    </PastPanel>
  );
}
