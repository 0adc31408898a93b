import { useState } from "preact/hooks";
import { useKey } from "../../state/keys.ts";
import { useStore } from "../../state/store.ts";
import { words } from "../../words/words.ts";
import { Dialog } from "../shared/dialog.tsx";
import { KeyboardIcon } from "./icons.tsx";

/** The button and the key that tell which keys do something here. */
export function Help() {
  const [open, setOpen] = useState(false);
  useKey("?", () => setOpen(true), words.keys.help);
  return (
    <>
      <button
        type="button"
        aria-label={words.keys.help}
        title={`${words.keys.help} (?)`}
        onClick={() => setOpen(true)}
        class="grid size-10 shrink-0 place-items-center rounded-lg text-muted hover:bg-raised hover:text-ink max-sm:hidden"
      >
        <KeyboardIcon />
      </button>
      {open && <HelpDialog onClose={() => setOpen(false)} />}
    </>
  );
}

function HelpDialog({ onClose }: { onClose: () => void }) {
  const { keys, settings } = useStore();
  // A page may bind a key that the frame has bound: only the latest does anything.
  const last = new Map(keys.bindings.value.map((binding) => [binding.keys, binding.description]));
  const rows = [...last, ["Esc", words.keys.close] as const];
  return (
    <Dialog title={words.keys.help} onClose={onClose}>
      {!settings.value.value.shortcuts && <p class="mb-3 text-warn">{words.keys.areOff}</p>}
      <dl class="grid grid-cols-[auto_1fr] items-center gap-x-6 gap-y-2">
        {rows.map(([name, description]) => (
          <div key={name} class="contents">
            <dt class="flex gap-1">
              {name.split(" ").map((key, i) => (
                <kbd
                  key={i}
                  class="min-w-6 rounded-md border border-edge bg-page px-1.5 text-center font-mono text-[13px]"
                >
                  {key}
                </kbd>
              ))}
            </dt>
            <dd>{description}</dd>
          </div>
        ))}
      </dl>
    </Dialog>
  );
}
