import { useState } from "preact/hooks";
import type { AlertsReply } from "../../../manager/api/model_alerts.ts";
import type { Asked } from "../../chart/use_answer.ts";
import { visible } from "../../format.ts";
import { useFormat } from "../../state/format.ts";
import { proxyHref } from "../../state/route.ts";
import { managerNow, useStore } from "../../state/store.ts";
import { words } from "../../words/words.ts";
import { Button } from "../shared/button.tsx";
import { Shape, type ShapeName } from "../shared/status.tsx";
import { Ago } from "../shared/time.tsx";
import type { SilenceOf } from "./silence_dialog.tsx";

const w = words.alerts;
type Alert = AlertsReply["alerts"][number];

/** An alert: what is wrong, where, since when, and who knows. */
export function AlertRow({ alert, asked, onSilence }: {
  alert: Alert;
  asked: Asked<AlertsReply>;
  onSilence: (of: SilenceOf) => void;
}) {
  const { session } = useStore();
  const isOver = alert.state === "resolved";
  return (
    <li
      class={`flex flex-wrap items-start gap-x-4 gap-y-2 px-4 py-3 ${isOver ? "text-muted" : ""}`}
    >
      <State alert={alert} />
      <div class="min-w-0 flex-1 basis-60">
        <p class="wrap-anywhere">{visible(alert.summary)}</p>
        <p class="mt-0.5 text-xs wrap-anywhere text-muted tabular-nums">
          {visible(alert.rule)} · <When alert={alert} />
          {alert.proxy_id !== "" && (
            <>
              {" · "}
              <a href={proxyHref(alert.proxy_id)} class="rounded text-accent hover:underline">
                <bdi>{visible(alert.proxy_id)}</bdi>
              </a>
            </>
          )}
          <Known alert={alert} />
        </p>
      </div>
      {!isOver && session.value.can_change && (
        <div class="flex gap-2">
          {alert.state === "firing" && !alert.acknowledged && (
            <Acknowledge alert={alert} asked={asked} />
          )}
          {!alert.silenced && (
            <Button onClick={() => onSilence({ rule: alert.rule, proxyId: alert.proxy_id })}>
              {w.silence}
            </Button>
          )}
        </div>
      )}
    </li>
  );
}

const LOOKS: Record<Alert["state"], [ShapeName, string]> = {
  firing: ["square", "text-bad"],
  pending: ["half", "text-warn"],
  resolved: ["ring", "text-muted"],
};

/** Its state as shape, word and colour, with how bad it is. */
function State({ alert: { state, severity } }: { alert: Alert }) {
  const [shape, color] = LOOKS[state];
  const isWarning = state === "firing" && severity === "warning";
  return (
    <span class="flex w-36 items-center gap-2 whitespace-nowrap">
      <span class={isWarning ? "text-warn" : color}>
        <Shape name={isWarning ? "triangle" : shape} />
      </span>
      {w.states[state]} · {w.severities[severity]}
    </span>
  );
}

function When({ alert: { state, since, fired_at, resolved_at } }: { alert: Alert }) {
  const [text, time] = state === "resolved"
    ? [w.over, resolved_at ?? since]
    : state === "firing"
    ? [w.fired, fired_at ?? since]
    : [w.began, since];
  return (
    <>
      {text} <Ago time={time} />
    </>
  );
}

/** Who has taken note of it, and until when nobody is told. */
function Known({ alert: { acknowledged, silenced, silenced_until } }: { alert: Alert }) {
  const now = managerNow(useStore());
  const { span } = useFormat();
  const until = silenced_until === null ? w.silenced : w.silencedFor(span(silenced_until - now));
  return (
    <>
      {acknowledged && ` · ${w.acknowledgedBy(visible(acknowledged.by))}`}
      {silenced && ` · ${until}`}
    </>
  );
}

function Acknowledge({ alert, asked }: { alert: Alert; asked: Asked<AlertsReply> }) {
  const { client, toasts } = useStore();
  const [busy, setBusy] = useState(false);
  const run = async () => {
    setBusy(true);
    const why = await client.acknowledge(alert.id);
    setBusy(false);
    if (why === null) toasts.done(w.acknowledged);
    else toasts.failed(w.notAcknowledged(why));
    asked.retry();
  };
  return <Button busy={busy} onClick={run}>{w.acknowledge}</Button>;
}
