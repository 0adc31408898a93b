import { useRef, useState } from "preact/hooks";
import type { AlertsReply } from "../../../manager/api/model_alerts.ts";
import type { Asked } from "../../chart/use_answer.ts";
import { useStore } from "../../state/store.ts";
import { words } from "../../words/words.ts";
import { Confirm } from "../shared/confirm.tsx";
import { ProxyChoice } from "../shared/proxy_choice.tsx";
import { TextField } from "../shared/text_field.tsx";

const w = words.alerts;

/** What a silence is to be about; empty or left out for any. */
export interface SilenceOf {
  rule?: string;
  proxyId?: string;
}

/** Seconds to choose from. */
const LENGTHS = [900, 3600, 4 * 3600, 86_400, 7 * 86_400];
const SELECT = "h-9 w-full rounded-lg border border-edge bg-surface px-2 text-base sm:text-sm";

/** Has nobody told of some alerts for a while. */
export function SilenceDialog({ of, asked, onClose }: {
  of: SilenceOf;
  asked: Asked<AlertsReply>;
  onClose: () => void;
}) {
  const { client, toasts, format } = useStore();
  const [rule, setRule] = useState(of.rule ?? "");
  const [proxyId, setProxyId] = useState(of.proxyId ?? "");
  const [seconds, setSeconds] = useState(3600);
  const comment = useRef<HTMLInputElement>(null);
  const rules = (asked.value?.rules ?? []).map(({ name }) => name);
  const { span } = format.value;
  const run = async () => {
    const why = await client.silence({
      ...(rule === "" ? {} : { rule }),
      ...(proxyId === "" ? {} : { proxy_id: proxyId }),
      ...{ seconds, comment: comment.current!.value },
    });
    if (why === null) toasts.done(w.silencedToast(span(seconds)));
    asked.retry();
    return why;
  };
  return (
    <Confirm title={w.silenceTitle} verb={w.silenceVerb(span(seconds))} run={run} onClose={onClose}>
      <p class="text-muted">{w.silenceNote}</p>
      <label class="flex flex-col gap-1.5">
        <span>{w.rule}</span>
        <select
          class={SELECT}
          value={rule}
          onChange={(e) =>
            setRule(e.currentTarget.value)}
        >
          <option value="">{w.anyRule}</option>
          {rules.map((name) => <option key={name} value={name}>{name}</option>)}
        </select>
      </label>
      <div class="flex flex-col gap-1.5">
        <span aria-hidden="true">{words.shared.proxy}</span>
        <ProxyChoice value={proxyId} onChange={setProxyId} />
      </div>
      <label class="flex flex-col gap-1.5">
        <span>{w.howLong}</span>
        <select
          class={SELECT}
          value={String(seconds)}
          onChange={(e) =>
            setSeconds(Number(e.currentTarget.value))}
        >
          {LENGTHS.map((n) => <option key={n} value={String(n)}>{span(n)}</option>)}
        </select>
      </label>
      <TextField
        label={w.comment}
        note={w.optional}
        input={comment}
        name="comment"
        autocomplete="off"
        maxLength={300}
      />
    </Confirm>
  );
}
