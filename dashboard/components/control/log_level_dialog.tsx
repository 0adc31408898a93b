import { useState } from "preact/hooks";
import { useFormat } from "../../state/format.ts";
import { words } from "../../words/words.ts";
import { Confirm } from "../shared/confirm.tsx";
import { type ActionDialogProps, titleOf } from "./action_dialog.tsx";
import { SELECT } from "./field.ts";
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
      <label class="flex flex-col gap-1.5">
        <span>{w.logLevel}</span>
        <select
          class={SELECT}
          value={level}
          onChange={(e) => setLevel(e.currentTarget.value as typeof level)}
        >
          {LEVELS.map((each) => <option key={each} value={each}>{w.logLevels[each]}</option>)}
        </select>
      </label>
      <p class="text-xs text-muted">{w.logLevelNote}</p>
      <TargetNote told={told} />
    </Confirm>
  );
}
