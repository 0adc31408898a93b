import { useState } from "preact/hooks";
import { useFormat } from "../../state/format.ts";
import { words } from "../../words/words.ts";
import { ChoiceField } from "../shared/choice_field.tsx";
import { Confirm } from "../shared/confirm.tsx";
import { type ActionDialogProps, titleOf } from "./action_dialog.tsx";
import { TargetNote } from "./target_note.tsx";
import { useOrder } from "./use_order.ts";

const LEVELS = ["debug", "info", "warning", "error"] as const;

/** Sets how much proxies log. */
export function LogLevelDialog({ told, onClose }: ActionDialogProps) {
  const [level, setLevel] = useState<(typeof LEVELS)[number]>("info");
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
        onChange={(value) => setLevel(value as typeof level)}
        note={w.logLevelNote}
      />
      <TargetNote told={told} />
    </Confirm>
  );
}
