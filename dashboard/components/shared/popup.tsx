import type { ComponentChildren } from "preact";
import { useEffect, useRef } from "preact/hooks";

/** A button that opens a small panel below it; Escape, and a click or a focus elsewhere, close it. */
export function Popup(
  { label, title, children }: {
    label: ComponentChildren;
    title?: string;
    children: ComponentChildren | ((close: () => void) => ComponentChildren);
  },
) {
  const details = useRef<HTMLDetailsElement>(null);
  const close = () => {
    const { current } = details;
    if (!current?.open) return;
    const hadFocus = current.contains(document.activeElement);
    current.open = false;
    if (hadFocus) current.querySelector("summary")?.focus();
  };
  useEffect(() => {
    const leave = ({ target }: Event) => {
      const { current } = details;
      if (current?.open && target instanceof Node && !current.contains(target)) {
        current.open = false;
      }
    };
    addEventListener("pointerdown", leave);
    addEventListener("focusin", leave);
    return () => {
      removeEventListener("pointerdown", leave);
      removeEventListener("focusin", leave);
    };
  }, []);
  return (
    <details
      ref={details}
      class="relative"
      onKeyDown={(event) => {
        if (event.key !== "Escape" || !details.current?.open) return;
        event.stopPropagation();
        close();
      }}
    >
      <summary
        title={title}
        class="flex h-9 cursor-pointer list-none items-center gap-1.5 rounded-lg border border-edge bg-surface px-3 hover:bg-raised sm:h-8 [&::-webkit-details-marker]:hidden"
      >
        {label}
        <span aria-hidden="true" class="text-xs text-muted">▾</span>
      </summary>
      <div class="absolute right-0 z-30 mt-1 max-h-[60dvh] w-max max-w-[80vw] min-w-40 overflow-y-auto rounded-lg border border-line bg-surface p-1 shadow-lg">
        {typeof children === "function" ? children(close) : children}
      </div>
    </details>
  );
}
