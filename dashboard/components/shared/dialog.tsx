import type { ComponentChildren } from "preact";
import { useId, useLayoutEffect, useRef } from "preact/hooks";
import { words } from "../../words/words.ts";
import { CloseIcon } from "../frame/icons.tsx";

const SHAPES = {
  dialog:
    "m-auto max-h-[calc(100dvh-32px)] w-[min(520px,calc(100vw-32px))] rounded-lg border max-sm:mb-4",
  drawer:
    "mt-0 mr-0 mb-0 ml-auto h-dvh max-h-none w-full max-w-none border-l max-sm:border-l-0 sm:w-[480px]",
};

interface Props {
  title: ComponentChildren;
  onClose: () => void;
  children: ComponentChildren;
}

/** A question or a form over the page. Esc and a press beside it close it; the focus goes back. */
export function Dialog(props: Props) {
  return <Modal {...props} shape="dialog" />;
}

/** Everything about one thing, at the right edge; on a phone over the whole screen. */
export function Drawer(props: Props) {
  return <Modal {...props} shape="drawer" />;
}

function Modal({ title, onClose, children, shape }: Props & { shape: keyof typeof SHAPES }) {
  const dialog = useRef<HTMLDialogElement>(null);
  const id = useId();
  useLayoutEffect(() => {
    const element = dialog.current!;
    element.showModal();
    // Closed before it is taken away: only then the browser gives the focus back.
    return () => element.close();
  }, []);
  return (
    <dialog
      ref={dialog}
      aria-labelledby={id}
      onCancel={(e) => {
        e.preventDefault();
        onClose();
      }}
      onClick={(e) => e.target === e.currentTarget && onClose()}
      class={`overflow-hidden border-line bg-surface p-0 text-ink backdrop:bg-veil ${
        SHAPES[shape]
      }`}
    >
      <div class="flex max-h-[inherit] h-full flex-col">
        <div class="flex items-center justify-between gap-4 border-b border-line py-2 pr-2 pl-4">
          <h2 id={id} class="min-w-0 truncate font-semibold">{title}</h2>
          <button
            type="button"
            aria-label={words.shared.close}
            title={words.shared.close}
            onClick={onClose}
            class="grid size-9 shrink-0 place-items-center rounded-lg text-muted hover:bg-raised hover:text-ink"
          >
            <CloseIcon />
          </button>
        </div>
        <div class="min-h-0 flex-1 overflow-y-auto px-4 py-4">{children}</div>
      </div>
    </dialog>
  );
}
