import { useAnswer } from "../../chart/use_answer.ts";
import { useStore } from "../../state/store.ts";
import { TOP_BY, TOP_WINDOWS, topQuery, type TopQuestion, topQuestion } from "../../state/top.ts";
import { words } from "../../words/words.ts";
import { Segments } from "../chart/segments.tsx";
import { HistoryNotice } from "../frame/history_notice.tsx";
import { PageTitle } from "../frame/page_title.tsx";
import { PastPanel } from "../shared/past_panel.tsx";
import { ProxyChoice } from "../shared/proxy_choice.tsx";
import { TopNote } from "./top_note.tsx";
import { TopTable } from "./top_table.tsx";

const w = words.top;

/** How often the figures are asked for again, in milliseconds. */
const EVERY_MS = 15_000;

/** Who used most over a time: clients, targets or users, of the fleet or of one proxy. */
export function TopPage({ focus }: { focus: boolean }) {
  const store = useStore();
  const question = topQuestion(store.route.value.query);
  const { by, window, proxyId } = question;
  const isOff = store.fleet.value.stats?.history.state === "off";
  const past = useAnswer(
    isOff ? null : JSON.stringify(question),
    Math.floor(store.now.value / EVERY_MS),
    (signal) => store.client.top(question, signal),
  );
  const choose = (changes: Partial<TopQuestion>) => store.go(topQuery(changes));
  const options = <T extends string>(names: readonly T[], texts: Record<T, string>) =>
    names.map((value) => ({ value, word: texts[value], title: texts[value] }));
  return (
    <>
      <div class="flex flex-wrap items-center gap-x-4 gap-y-3">
        <PageTitle text={words.frame.pages.top} focus={focus}>{words.frame.pages.top}</PageTitle>
        <div class="flex flex-wrap gap-2 sm:ml-auto">
          <ProxyChoice value={proxyId} onChange={(proxyId) => choose({ proxyId })} />
          <Segments
            label={w.by}
            options={options(TOP_BY, w.bys)}
            value={by}
            onChange={(by) => choose({ by })}
          />
          <Segments
            label={w.window}
            options={options(TOP_WINDOWS, w.windows)}
            value={window}
            onChange={(window) => choose({ window })}
          />
        </div>
      </div>
      <HistoryNotice history={store.fleet.value.stats?.history} />
      <PastPanel
        title={w.titles[by]}
        past={past}
        isOff={isOff}
        note={(reply) => <TopNote reply={reply} />}
        empty={(reply) => reply.entries.length === 0 ? w.none[by] : null}
      >
        {(reply) => <TopTable reply={reply} />}
      </PastPanel>
    </>
  );
}
