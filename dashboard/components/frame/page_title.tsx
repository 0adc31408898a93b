import type { ComponentChildren } from "preact";
import { useEffect, useRef } from "preact/hooks";
import { words } from "../../words/words.ts";

/** A page's heading. Takes the focus when the page was opened from another, so that reading goes on here. */
export function PageTitle(
  { text, focus, children }: { text: string; focus: boolean; children: ComponentChildren },
) {
  const heading = useRef<HTMLHeadingElement>(null);
  useEffect(() => {
    document.title = words.frame.title(text);
  }, [text]);
  useEffect(() => {
    if (!focus) return;
    scrollTo(0, 0);
    heading.current?.focus({ preventScroll: true });
  }, []);
  return (
    <h1 ref={heading} tabIndex={-1} class="min-w-0 text-xl font-semibold">
      {children}
    </h1>
  );
}
