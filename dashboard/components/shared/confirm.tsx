import type { ComponentChildren } from "preact";
import { useLayoutEffect, useRef, useState } from "preact/hooks";
import { words } from "../../words/words.ts";
import { Button } from "./button.tsx";
import { Dialog } from "./dialog.tsx";
import { Progress } from "./progress.tsx";

/**
 * Asks before something is done. `run` tells why it was not done, or null, which closes the dialog.
 * Where what is done cannot be undone, Cancel has the focus.
 */
export function Confirm(
  { title, verb, destructive = false, ready = true, run, onClose, children }: {
    title: ComponentChildren;
    /** On the button: what is done, and to how many. */
    verb: string;
    destructive?: boolean;
    /** False while what is asked for is not yet known well enough to be done. */
    ready?: boolean;
    run: () => Promise<string | null>;
    onClose: () => void;
    children: ComponentChildren;
  },
) {
  const [busy, setBusy] = useState(false);
  const [failure, setFailure] = useState<string | null>(null);
  const cancel = useRef<HTMLButtonElement>(null);
  useLayoutEffect(() => {
    if (destructive) cancel.current?.focus();
  }, []);
  const submit = async (e: Event) => {
    e.preventDefault();
    if (busy || !ready) return;
    setBusy(true);
    const why = await run();
    setBusy(false);
    setFailure(why);
    if (why === null) onClose();
  };
  return (
    <Dialog title={title} onClose={onClose}>
      <form onSubmit={submit} class="relative flex flex-col gap-4">
        <Progress active={busy} />
        {children}
        {failure !== null && <p role="alert" class="wrap-anywhere text-bad">{failure}</p>}
        <div class="flex flex-wrap justify-end gap-2">
          <Button button={cancel} onClick={onClose}>{words.shared.cancel}</Button>
          <Button type="submit" kind={destructive ? "danger" : "primary"} busy={busy || !ready}>
            {verb}
          </Button>
        </div>
      </form>
    </Dialog>
  );
}
