import type { ComponentChildren } from "preact";
import { useId, useLayoutEffect, useRef, useState } from "preact/hooks";

/** How the button of a menu at the end of a row looks. */
export const ROW_MENU =
  "inline-grid size-7 place-items-center rounded-md text-muted hover:bg-line hover:text-ink";

/** One line of a menu. */
export interface MenuItem {
  label: string;
  onSelect: () => void;
  /** Ticked or not, for what can be switched; the menu stays open then. */
  checked?: boolean;
  danger?: boolean;
  disabled?: boolean;
  /** Why it is disabled, or what else there is to know of it. */
  note?: string;
  /** A line stands above it. */
  apart?: boolean;
}

/** A button that opens a menu below it: arrows, Home and End move, Esc closes, the focus goes back. */
export function Menu(
  { label, children, items, note, buttonClass, tabIndex, busy = false }: {
    /** What the menu is of, for who cannot see the button. */
    label: string;
    children: ComponentChildren;
    items: readonly MenuItem[];
    /** What holds for all of them, above the first. */
    note?: string;
    buttonClass: string;
    /** Of the button, where Tab does not lead to it. */
    tabIndex?: number;
    /** While what was chosen goes on. */
    busy?: boolean;
  },
) {
  const [open, setOpen] = useState(false);
  const button = useRef<HTMLButtonElement>(null);
  const list = useRef<HTMLDivElement>(null);
  const id = useId();
  useLayoutEffect(() => {
    if (!open) return;
    place(list.current!, button.current!);
    options(list.current!)[0]?.focus();
  }, [open]);
  return (
    <>
      <button
        type="button"
        ref={button}
        aria-label={label}
        title={label}
        aria-haspopup="menu"
        aria-expanded={open}
        aria-busy={busy || undefined}
        tabIndex={tabIndex}
        popovertarget={id}
        class={buttonClass}
      >
        {children}
      </button>
      {/* In the top layer, so that no scrolling table cuts it off; the browser closes it. */}
      <div
        ref={list}
        id={id}
        role="menu"
        aria-label={label}
        popover="auto"
        onToggle={(e) => setOpen((e as unknown as ToggleEvent).newState === "open")}
        onKeyDown={(e) => {
          // A menu may stand in a row that has keys of its own.
          e.stopPropagation();
          if (e.key === "Tab") e.currentTarget.hidePopover();
          else if (move(e.currentTarget, e.key)) e.preventDefault();
        }}
        class="fixed m-0 max-h-[min(440px,calc(100dvh-16px))] max-w-80 min-w-44 overflow-y-auto rounded-lg border border-line bg-surface p-1 text-ink"
      >
        {open && note && <div class="px-3 py-1.5 text-xs text-muted">{note}</div>}
        {open &&
          items.map((item) => (
            <Item
              key={item.label}
              item={item}
              onChosen={() => list.current!.hidePopover()}
            />
          ))}
      </div>
    </>
  );
}

function Item({ item, onChosen }: { item: MenuItem; onChosen: () => void }) {
  const { label, checked, danger, disabled, note, apart, onSelect } = item;
  const choose = () => {
    if (disabled) return;
    if (checked === undefined) onChosen();
    onSelect();
  };
  return (
    <button
      type="button"
      role={checked === undefined ? "menuitem" : "menuitemcheckbox"}
      aria-checked={checked}
      aria-disabled={disabled || undefined}
      tabIndex={-1}
      onClick={choose}
      class={`flex min-h-8 w-full items-center gap-2 rounded-md px-3 py-1 text-left hover:bg-raised focus:bg-raised aria-disabled:text-muted ${
        danger ? "text-bad" : ""
      } ${apart ? "border-t border-line" : ""}`}
    >
      {checked !== undefined && <span aria-hidden="true" class="w-4">{checked ? "✓" : ""}</span>}
      <span class="flex min-w-0 flex-col">
        {label}
        {note && <span class="text-xs text-muted">{note}</span>}
      </span>
    </button>
  );
}

function options(list: HTMLElement): HTMLElement[] {
  return [...list.querySelectorAll<HTMLElement>('[role^="menuitem"]')];
}

/** Moves the focus as a key says; true if the key says anything. */
function move(list: HTMLElement, key: string): boolean {
  const all = options(list);
  const at = all.indexOf(document.activeElement as HTMLElement);
  const to = { ArrowDown: at + 1, ArrowUp: at - 1, Home: 0, End: -1 }[key];
  if (to === undefined || all.length === 0) return false;
  all.at(to % all.length)!.focus();
  return true;
}

/** Below the button, its right edge at the button's, and within the screen. */
function place(list: HTMLElement, anchor: HTMLElement): void {
  const at = anchor.getBoundingClientRect();
  const { width, height } = list.getBoundingClientRect();
  const left = Math.max(8, Math.min(at.right - width, innerWidth - width - 8));
  const below = at.bottom + 4;
  const top = below + height > innerHeight - 8 ? Math.max(8, at.top - height - 4) : below;
  Object.assign(list.style, { left: `${left}px`, top: `${top}px` });
}
