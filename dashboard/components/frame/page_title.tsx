import type { ComponentChildren } from "preact";
import { useEffect, useRef } from "preact/hooks";
import { type Store, useStore } from "../../state/store.ts";
import { words } from "../../words/words.ts";

/**
 * A page's heading, and with the live rate the window's title. Takes the focus when the page was opened
 * from another, so that reading goes on here.
 */
export function PageTitle(
  { text, focus, rate, children }: {
    text: string;
    focus: boolean;
    /** Bytes a second that are received by what the page is about; the fleet's unless given. */
    rate?: number | null;
    children: ComponentChildren;
  },
) {
  const heading = useRef<HTMLHeadingElement>(null);
  const title = windowTitle(useStore(), text, rate);
  useEffect(() => {
    document.title = title;
  }, [title]);
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

function windowTitle({ fleet, format }: Store, text: string, rate?: number | null): string {
  const { phase, stats } = fleet.value;
  const { title, liveTitle, lostTitle } = words.frame;
  if (phase === "lost") return lostTitle(text);
  const known = rate === undefined ? stats?.rate_received : rate;
  if (phase !== "live" || known === undefined || known === null) return title(text);
  const { value, unit } = format.value.rate(known);
  return liveTitle(`${value} ${unit}`, text);
}
