import type { ComponentChildren } from "preact";
import { useId, useRef } from "preact/hooks";

/** Parts of a page of which one is shown; the arrow keys lead from one to the next (WAI-ARIA, tabs). */
export function Tabs<T extends string>(
  { label, tabs, value, onChange, inset = false, children }: {
    label: string;
    tabs: readonly { value: T; word: string; note?: string }[];
    value: T;
    onChange: (value: T) => void;
    /** They stand within a frame, which keeps its own distances. */
    inset?: boolean;
    /** What belongs to the one that is chosen. */
    children: ComponentChildren;
  },
) {
  const id = useId();
  const list = useRef<HTMLDivElement>(null);
  const onKeyDown = (event: KeyboardEvent) => {
    const to = destination(event.key, tabs.findIndex((tab) => tab.value === value), tabs.length);
    if (to === null) return;
    event.preventDefault();
    onChange(tabs[to].value);
    list.current?.querySelectorAll("button")[to].focus();
  };
  return (
    <div>
      <div
        ref={list}
        role="tablist"
        aria-label={label}
        class={`flex sm:gap-1 overflow-x-auto overflow-y-clip border-b border-line ${
          inset ? "px-2 pt-1 sm:px-3" : "mb-4"
        }`}
        onKeyDown={onKeyDown}
      >
        {tabs.map((tab) => (
          <button
            key={tab.value}
            type="button"
            role="tab"
            id={`${id}-${tab.value}`}
            aria-selected={tab.value === value}
            aria-controls={`${id}-panel`}
            tabIndex={tab.value === value ? 0 : -1}
            class={`-mb-px border-b-2 px-2 py-2 sm:px-3 whitespace-nowrap -outline-offset-2 ${
              tab.value === value
                ? "border-accent font-medium"
                : "border-transparent text-muted hover:text-ink"
            }`}
            onClick={() => onChange(tab.value)}
          >
            {/* A space, so that they are two words to who only hears them. */}
            {tab.word}{" "}
            {tab.note && <span class="ml-0.5 text-xs text-muted tabular-nums">{tab.note}</span>}
          </button>
        ))}
      </div>
      <div
        role="tabpanel"
        id={`${id}-panel`}
        aria-labelledby={`${id}-${value}`}
        class={inset ? undefined : "flex flex-col gap-4"}
      >
        {children}
      </div>
    </div>
  );
}

function destination(key: string, at: number, count: number): number | null {
  switch (key) {
    case "ArrowRight":
      return (at + 1) % count;
    case "ArrowLeft":
      return (at - 1 + count) % count;
    case "Home":
      return 0;
    case "End":
      return count - 1;
    default:
      return null;
  }
}
