import { visible } from "../../format.ts";
import { useStore } from "../../state/store.ts";
import type { Toast } from "../../state/toasts.ts";
import { words } from "../../words/words.ts";
import { CloseIcon } from "../frame/icons.tsx";
import { Shape } from "./status.tsx";

/** The outcomes of what the reader did, at the bottom; read out as they come. */
export function ToastList() {
  const { toasts } = useStore();
  return (
    <div
      role="status"
      class="pointer-events-none fixed right-4 bottom-4 left-4 z-40 flex flex-col items-end gap-2 max-sm:bottom-20"
    >
      {toasts.list.value.map((toast) => <Item key={toast.id} toast={toast} />)}
    </div>
  );
}

function Item({ toast: { id, text, kind } }: { toast: Toast }) {
  const { toasts } = useStore();
  return (
    <div class="pointer-events-auto flex max-w-full items-center gap-3 rounded-lg border border-edge bg-surface py-1 pr-1 pl-3 sm:max-w-[480px]">
      <span class={kind === "done" ? "text-ok" : "text-bad"}>
        <Shape name={kind === "done" ? "disc" : "square"} />
      </span>
      <p class="min-w-0 py-1 wrap-anywhere">{visible(text)}</p>
      <button
        type="button"
        aria-label={words.shared.dismiss}
        onClick={() => toasts.dismiss(id)}
        class="grid size-8 shrink-0 place-items-center rounded-md text-muted hover:bg-raised hover:text-ink"
      >
        <CloseIcon />
      </button>
    </div>
  );
}
