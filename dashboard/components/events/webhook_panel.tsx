import { useState } from "preact/hooks";
import type { AlertsReply } from "../../../manager/api/model_alerts.ts";
import type { Asked } from "../../chart/use_answer.ts";
import { visible } from "../../format.ts";
import { useFormat } from "../../state/format.ts";
import { useStore } from "../../state/store.ts";
import { words } from "../../words/words.ts";
import { Button } from "../shared/button.tsx";
import { PastPanel } from "../shared/past_panel.tsx";
import { Shape } from "../shared/status.tsx";
import { Ago } from "../shared/time.tsx";

const w = words.alerts;
type Webhook = AlertsReply["webhooks"][number];

/** Who is told, and whether that works. */
export function WebhookPanel({ asked }: { asked: Asked<AlertsReply> }) {
  return (
    <PastPanel
      title={w.webhooks}
      past={asked}
      empty={({ webhooks }) => webhooks.length === 0 ? w.noWebhook : null}
    >
      {({ webhooks }) => (
        <ul class="divide-y divide-line border-t border-line">
          {webhooks.map((webhook) => (
            <WebhookRow key={webhook.name} webhook={webhook} asked={asked} />
          ))}
        </ul>
      )}
    </PastPanel>
  );
}

function WebhookRow({ webhook, asked }: { webhook: Webhook; asked: Asked<AlertsReply> }) {
  const { session } = useStore();
  const { count } = useFormat();
  const { name, target, waiting } = webhook;
  return (
    <li class="flex flex-wrap items-center gap-x-4 gap-y-2 px-4 py-3">
      <div class="min-w-0 flex-1 basis-60">
        <p class="wrap-anywhere">
          <span class="font-medium">{visible(name)}</span>{" "}
          <span class="font-mono text-[13px] text-muted">{visible(target)}</span>
        </p>
        <Last webhook={webhook} />
        {waiting > 0 && <p class="text-xs text-warn tabular-nums">{w.waiting(count(waiting))}</p>}
      </div>
      {session.value.can_change && <Test webhook={webhook} asked={asked} />}
    </li>
  );
}

/** What became of the last thing it was told. */
function Last({ webhook: { last } }: { webhook: Webhook }) {
  if (last === null) return <p class="text-xs text-muted">{w.neverTold}</p>;
  return (
    <p class="flex flex-wrap items-center gap-x-2 text-xs text-muted">
      <span class={last.ok ? "text-ok" : "text-bad"}>
        <Shape name={last.ok ? "disc" : "square"} />
      </span>
      {last.ok ? w.told : w.notTold} <Ago time={last.time} />
      {!last.ok && <span class="wrap-anywhere text-bad">{visible(last.detail)}</span>}
    </p>
  );
}

function Test({ webhook: { name }, asked }: { webhook: Webhook; asked: Asked<AlertsReply> }) {
  const { client, toasts, format } = useStore();
  const [busy, setBusy] = useState(false);
  const run = async () => {
    setBusy(true);
    const answer = await client.testWebhook(name);
    setBusy(false);
    asked.retry();
    if ("failure" in answer) {
      const { code, message } = answer.failure;
      const why = code === "unreachable" ? words.shared.unreachableSentence : message;
      return toasts.failed(w.notTested(name, why));
    }
    const { ok, detail, seconds } = answer.value;
    const { value, unit } = format.value.latency(seconds * 1000);
    if (ok) toasts.done(w.tested(name, `${value} ${unit}`));
    else toasts.failed(w.notTested(name, detail));
  };
  return <Button busy={busy} onClick={run}>{w.test}</Button>;
}
