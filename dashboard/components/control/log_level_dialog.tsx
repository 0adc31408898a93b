import { useState } from "preact/hooks";
import { useFormat } from "../../state/format.ts";
import { words } from "../../words/words.ts";
import { ChoiceField } from "../shared/choice_field.tsx";
import { Confirm } from "../shared/confirm.tsx";
import type { ActionDialogProps } from "./actions.ts";
import { TargetNote } from "./target_note.tsx";
import { titleOf } from "./title.ts";
import { useShownOnce } from "./use_shown.ts";
import { useOrder } from "./use_order.ts";

const LEVELS = ["debug", "info", "warning", "error"] as const;
type Level = (typeof LEVELS)[number];

/** Sets how much proxies log. */
export function LogLevelDialog({ told, onClose }: ActionDialogProps) {
  const [chosen, choose] = useState<Level | null>(null);
  const { value: shown } = useShownOnce(told);
  const level = chosen ?? shown?.log_level ?? "info";
  const give = useOrder();
  const { counted } = useFormat();
  const { control: w } = words;
  return (
    <Confirm
      title={titleOf(told)}
      verb={w.logLevelVerb(w.logLevels[level], counted(told.ids.length))}
      run={() => give({ command: "set_log_level", level }, told.ids)}
      onClose={onClose}
    >
      <ChoiceField
        label={w.logLevel}
        value={level}
        options={LEVELS.map((each) => [each, w.logLevels[each]])}
        onChange={(value) => choose(value as Level)}
        note={w.logLevelNote}
      />
      <TargetNote told={told} />
    </Confirm>
  );
}
