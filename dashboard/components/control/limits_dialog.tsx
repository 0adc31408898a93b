import { useState } from "preact/hooks";
import { useFormat } from "../../state/format.ts";
import {
  LIMIT_NAMES,
  type LimitFields,
  limitFields,
  type LimitName,
  readLimits,
} from "../../state/limit_fields.ts";
import type { Shown } from "../../state/control.ts";
import type { Settings } from "../../state/settings.ts";
import { useStore } from "../../state/store.ts";
import { words } from "../../words/words.ts";
import { Confirm } from "../shared/confirm.tsx";
import type { ActionDialogProps } from "./actions.ts";
import { HeldNote } from "./held_note.tsx";
import { LimitInput } from "./limit_input.tsx";
import { TargetNote } from "./target_note.tsx";
import { titleOf } from "./title.ts";
import { useOrder } from "./use_order.ts";
import { useShownOnce } from "./use_shown.ts";

/** What stands in the form, and what stood there before anything was changed, if that was known. */
interface Form {
  before: LimitFields;
  fields: LimitFields;
  known: boolean;
}

function formOf(held: Shown | null, settings: Settings): Form {
  const before = limitFields(held?.limits ?? null, settings);
  return { before, fields: before, known: held !== null };
}

/** Changes limits: of one proxy from what they are, of several only what is filled in. */
export function LimitsDialog({ told, onClose }: ActionDialogProps) {
  const give = useOrder();
  const { counted } = useFormat();
  const settings = useStore().settings.value.value;
  const held = useShownOnce(told);
  const [edited, edit] = useState<Form | null>(null);
  const [lifted, setLifted] = useState<ReadonlySet<LimitName>>(new Set());
  const { before, fields, known } = edited ?? formOf(held.value, settings);
  const { changes, wrong } = readLimits(fields, { before, known, lifted });
  const n = Object.keys(changes).length;
  const lift = (name: LimitName, on: boolean) => {
    const next = new Set(lifted);
    if (on) next.add(name);
    else next.delete(name);
    setLifted(next);
  };
  const { limits: w } = words.control;
  return (
    <Confirm
      title={titleOf(told)}
      verb={w.verb(counted(n), counted(told.ids.length))}
      ready={!held.waits && n > 0 && wrong.length === 0}
      run={() => give({ command: "set_limits", ...changes }, told.ids)}
      onClose={onClose}
    >
      <HeldNote held={held} several={told.ids.length > 1 ? w.several : null} unknown={w.unknown} />
      {!held.waits && (
        <div class="flex flex-col gap-3">
          {LIMIT_NAMES.map((name) => (
            <LimitInput
              key={name}
              name={name}
              field={fields[name]}
              onChange={(field) => edit({ before, known, fields: { ...fields, [name]: field } })}
              isWrong={wrong.includes(name)}
              lift={known ? null : { on: lifted.has(name), set: (on) => lift(name, on) }}
            />
          ))}
        </div>
      )}
      {known && <p class="text-xs text-muted">{w.note}</p>}
      <TargetNote told={told} />
    </Confirm>
  );
}
