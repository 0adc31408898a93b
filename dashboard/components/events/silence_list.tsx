import { useState } from "preact/hooks";
import type { AlertsReply } from "../../../manager/api/model_alerts.ts";
import type { Asked } from "../../chart/use_answer.ts";
import { visible } from "../../format.ts";
import { managerNow, useStore } from "../../state/store.ts";
import { words } from "../../words/words.ts";
import { Button } from "../shared/button.tsx";
import { Confirm } from "../shared/confirm.tsx";

const w = words.alerts;
type Silence = AlertsReply["silences"][number];

/** Of what nobody is told for now, and how to end that. */
export function SilenceList(
  { silences, asked }: { silences: Silence[]; asked: Asked<AlertsReply> },
) {
  const { session } = useStore();
  const [ending, setEnding] = useState<Silence | null>(null);
  if (silences.length === 0) return null;
  return (
    <section class="border-t border-line">
      <h3 class="px-4 pt-3 text-xs text-muted">{w.silences}</h3>
      <ul class="pb-2">
        {silences.map((silence) => (
          <li key={silence.id} class="flex items-center gap-4 px-4 py-1.5">
            <SilenceWords silence={silence} />
            {session.value.can_change && (
              <Button onClick={() => setEnding(silence)}>{w.endSilence}</Button>
            )}
          </li>
        ))}
      </ul>
      {ending && <End silence={ending} asked={asked} onClose={() => setEnding(null)} />}
    </section>
  );
}

function SilenceWords({ silence }: { silence: Silence }) {
  const store = useStore();
  const { span } = store.format.value;
  const { rule, proxy_id, until, by, comment } = silence;
  return (
    <p class="min-w-0 flex-1 wrap-anywhere">
      {w.silenceOf(visible(rule ?? ""), visible(proxy_id ?? ""))}
      <span class="block text-xs text-muted tabular-nums">
        {w.silenceFor(span(until - managerNow(store)), visible(by))}
        {comment !== "" && ` · ${visible(comment)}`}
      </span>
    </p>
  );
}

function End({ silence, asked, onClose }: {
  silence: Silence;
  asked: Asked<AlertsReply>;
  onClose: () => void;
}) {
  const { client, toasts } = useStore();
  const run = async () => {
    const why = await client.endSilence(silence.id);
    if (why === null) toasts.done(w.silenceEnded);
    asked.retry();
    return why;
  };
  return (
    <Confirm title={w.endTitle} verb={w.endVerb} destructive run={run} onClose={onClose}>
      <SilenceWords silence={silence} />
      <p class="text-muted">{w.endNote}</p>
    </Confirm>
  );
}
