import type { ComponentChildren, Ref } from "preact";

const KINDS = {
  plain: "border-edge bg-surface hover:bg-raised",
  primary: "border-accent bg-accent font-medium text-surface hover:opacity-90",
  danger: "border-bad bg-surface font-medium text-bad hover:bg-raised",
};

/** A button; `busy` while what it began goes on, so that it is not begun twice. */
export function Button(
  {
    children,
    onClick,
    kind = "plain",
    type = "button",
    busy = false,
    disabled = false,
    title,
    wide = false,
    button,
  }: {
    children: ComponentChildren;
    onClick?: () => void;
    kind?: keyof typeof KINDS;
    type?: "button" | "submit";
    busy?: boolean;
    /** It is there, but cannot be pressed now; `title` says why. */
    disabled?: boolean;
    title?: string;
    /** As wide as there is room. */
    wide?: boolean;
    button?: Ref<HTMLButtonElement>;
  },
) {
  // Never the browser's own `disabled`: that would take the focus away from who pressed it.
  const isOff = busy || disabled;
  return (
    <button
      type={type}
      ref={button}
      title={title}
      aria-disabled={isOff || undefined}
      onClick={(e) => isOff ? e.preventDefault() : onClick?.()}
      class={`h-8 shrink-0 rounded-md border px-3 text-sm whitespace-nowrap aria-disabled:cursor-default aria-disabled:border-edge aria-disabled:bg-raised aria-disabled:text-muted ${
        wide ? "w-full" : ""
      } ${KINDS[kind]}`}
    >
      {children}
    </button>
  );
}
