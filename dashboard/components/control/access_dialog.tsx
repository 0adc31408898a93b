import { useId, useState } from "preact/hooks";
import { useFormat } from "../../state/format.ts";
import { words } from "../../words/words.ts";
import { Confirm } from "../shared/confirm.tsx";
import type { ActionDialogProps } from "./actions.ts";
import { HeldNote } from "./held_note.tsx";
import { TargetNote } from "./target_note.tsx";
import { titleOf } from "./title.ts";
import { useOrder } from "./use_order.ts";
import { useShownOnce } from "./use_shown.ts";

/** Sets all rules of who may connect, and where to. */
export function AccessDialog({ told, onClose }: ActionDialogProps) {
  const give = useOrder();
  const { count, counted } = useFormat();
  const held = useShownOnce(told);
  const [edited, edit] = useState<string | null>(null);
  const [close, setClose] = useState(false);
  const text = edited ?? held.value?.access.join("\n") ?? "";
  const rules = text.split("\n").map((line) => line.trim()).filter((line) => line !== "");
  const leftOut = held.value?.access_left_out ?? 0;
  const { access: w } = words.control;
  const id = useId();
  return (
    <Confirm
      title={titleOf(told)}
      verb={w.verb(counted(rules.length), counted(told.ids.length))}
      ready={!held.waits}
      run={() => give({ command: "set_access", rules, close }, told.ids)}
      onClose={onClose}
    >
      <div class="flex flex-col gap-1.5">
        <label for={id}>{w.rules}</label>
        <textarea
          id={id}
          value={text}
          disabled={held.waits}
          onInput={(e) => edit(e.currentTarget.value)}
          rows={8}
          maxLength={60_000}
          wrap="off"
          autocapitalize="none"
          spellcheck={false}
          aria-describedby={`${id}note`}
          class="w-full rounded-lg border border-edge bg-surface px-3 py-2 font-mono text-base sm:text-[13px]"
        />
        <p id={`${id}note`} class="text-xs text-muted">{w.note}</p>
      </div>
      <HeldNote held={held} several={told.ids.length > 1 ? w.several : null} unknown={w.unknown} />
      {leftOut > 0 && <p class="text-warn">{w.leftOut(count(leftOut))}</p>}
      <label class="flex items-start gap-2">
        <input
          type="checkbox"
          checked={close}
          onChange={(e) => setClose(e.currentTarget.checked)}
          class="mt-0.5 size-4 shrink-0 accent-accent"
        />
        <span>{w.close}</span>
      </label>
      <TargetNote told={told} />
    </Confirm>
  );
}
