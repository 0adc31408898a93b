import { useState } from "preact/hooks";
import type { AlertsReply } from "../../../manager/api/model_alerts.ts";
import type { Asked } from "../../chart/use_answer.ts";
import { useFormat } from "../../state/format.ts";
import { words } from "../../words/words.ts";
import { Button } from "../shared/button.tsx";
import { PastPanel } from "../shared/past_panel.tsx";
import { useStore } from "../../state/store.ts";
import { AlertRow } from "./alert_row.tsx";
import { SilenceDialog, type SilenceOf } from "./silence_dialog.tsx";
import { SilenceList } from "./silence_list.tsx";

const w = words.alerts;

/** What is wrong, and what was: those that fire first. */
export function AlertPanel({ asked }: { asked: Asked<AlertsReply> }) {
  const { count } = useFormat();
  const { session } = useStore();
  const [silencing, setSilencing] = useState<SilenceOf | null>(null);
  const { can_change } = session.value;
  return (
    <>
      <PastPanel
        title={w.title}
        past={asked}
        note={({ left_out }) => left_out > 0 ? w.leftOut(count(left_out)) : null}
        filter={can_change && <Button onClick={() => setSilencing({})}>{w.silenceSome}</Button>}
        empty={({ alerts, silences }) =>
          alerts.length + silences.length === 0 ? <NothingWrong /> : null}
      >
        {({ alerts, silences }) => (
          <>
            {alerts.length === 0 && (
              <p class="border-t border-line px-4 py-4 text-muted">{w.none}</p>
            )}
            <ul class="divide-y divide-line border-t border-line">
              {alerts.map((alert) => (
                <AlertRow key={alert.id} alert={alert} asked={asked} onSilence={setSilencing} />
              ))}
            </ul>
            <SilenceList silences={silences} asked={asked} />
          </>
        )}
      </PastPanel>
      {silencing && (
        <SilenceDialog
          of={silencing}
          asked={asked}
          onClose={() => setSilencing(null)}
        />
      )}
    </>
  );
}

function NothingWrong() {
  return (
    <>
      <p class="text-ink">{w.none}</p>
      <p class="mt-1">{w.noneNote}</p>
    </>
  );
}
