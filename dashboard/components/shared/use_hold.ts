import { useMemo, useRef } from "preact/hooks";

/** Whether a mouse rests on rows or the focus is inside, so that they must not move; `onRelease` once neither is so. */
export function useHold(onRelease: () => void) {
  const release = useRef(onRelease);
  release.current = onRelease;
  return useMemo(() => {
    const at = { pointer: false, focus: false };
    const set = (what: "pointer" | "focus", value: boolean) => {
      const before = at.pointer || at.focus;
      at[what] = value;
      if (before && !at.pointer && !at.focus) release.current();
    };
    return {
      isHeld: () => at.pointer || at.focus,
      handlers: {
        onPointerEnter: (e: PointerEvent) => set("pointer", e.pointerType === "mouse"),
        onPointerLeave: () => set("pointer", false),
        onFocusIn: () => set("focus", true),
        onFocusOut: () => set("focus", false),
      },
    };
  }, []);
}
