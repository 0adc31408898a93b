import { useLayoutEffect, useRef } from "preact/hooks";

/** A box that chooses a row, or all of several; `some` where that is true of a part of them. */
export function SelectBox({ label, state, onToggle, tabIndex }: {
  label: string;
  state: "none" | "some" | "all";
  /** With whether the range from the last one is meant. */
  onToggle: (extend: boolean) => void;
  tabIndex?: number;
}) {
  const box = useRef<HTMLInputElement>(null);
  useLayoutEffect(() => {
    // Neither is an attribute that says how it is now, once somebody has pressed it.
    box.current!.indeterminate = state === "some";
    box.current!.checked = state === "all";
  });
  return (
    <label class="grid size-8 cursor-pointer place-items-center">
      <input
        ref={box}
        type="checkbox"
        aria-label={label}
        title={label}
        tabIndex={tabIndex}
        class="size-4 cursor-pointer accent-accent"
        onClick={(e) => {
          // A press with Shift would else select text.
          if (e.shiftKey) getSelection()?.removeAllRanges();
          onToggle(e.shiftKey);
        }}
      />
    </label>
  );
}
