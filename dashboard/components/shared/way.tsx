import type { ComponentChildren } from "preact";
import { words } from "../../words/words.ts";

/** A figure of one way, told by an arrow and, to those who do not see it, by a word. */
export function Way(
  { name, children }: { name: "sent" | "received"; children: ComponentChildren },
) {
  const isSent = name === "sent";
  return (
    <span class="whitespace-nowrap">
      <span class={isSent ? "text-sent" : "text-received"} aria-hidden="true">
        {isSent ? "↑" : "↓"}
      </span>
      <span class="sr-only">{isSent ? words.shared.sent : words.shared.received}</span> {children}
    </span>
  );
}
