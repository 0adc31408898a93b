import type { AlertsReply } from "../../../manager/api/model_alerts.ts";
import type { Asked } from "../../chart/use_answer.ts";
import { visible } from "../../format.ts";
import { useFormat } from "../../state/format.ts";
import { words } from "../../words/words.ts";
import { PastPanel } from "../shared/past_panel.tsx";

const w = words.alerts;
type Rule = AlertsReply["rules"][number];

/** By what is decided what is wrong. */
export function RulePanel({ asked }: { asked: Asked<AlertsReply> }) {
  return (
    <PastPanel
      title={w.rules}
      past={asked}
      note={() => w.rulesNote}
      empty={({ rules }) => rules.length === 0 ? w.noRules : null}
    >
      {({ rules }) => (
        <ul class="divide-y divide-line border-t border-line">
          {rules.map((rule) => <RuleRow key={rule.name} rule={rule} />)}
        </ul>
      )}
    </PastPanel>
  );
}

function RuleRow({ rule }: { rule: Rule }) {
  const { decimal, span } = useFormat();
  const { threshold, clear, for_s, unit } = rule;
  const above = threshold === 0 ? w.whenTrue : w.above(`${decimal(threshold)} ${unit}`.trim());
  const parts = [
    w.severities[rule.severity],
    above,
    ...(for_s > 0 ? [w.forSpan(span(for_s))] : []),
    ...(clear < threshold ? [w.clearAt(`${decimal(clear)} ${unit}`.trim())] : []),
    ...(rule.proxies.some((pattern) => pattern !== "*")
      ? [w.ofProxies(visible(rule.proxies.join(", ")))]
      : []),
  ];
  return (
    <li class={`px-4 py-3 ${rule.enabled ? "" : "text-muted"}`}>
      <p class="font-medium wrap-anywhere">
        {visible(rule.name)}
        {!rule.enabled && <span class="ml-2 text-xs font-normal">{w.disabled}</span>}
      </p>
      {rule.description !== "" && <p class="wrap-anywhere">{visible(rule.description)}</p>}
      <p class="mt-0.5 text-xs wrap-anywhere text-muted tabular-nums">{parts.join(" · ")}</p>
    </li>
  );
}
