import type { Command, CommandOf } from "./commands.ts";
import type { Shown } from "./shown.ts";

/** What an engine does itself; the rest of the commands are changes of options, or the program's. */
export type EngineOrder =
  | Exclude<
    Command,
    CommandOf<"stop" | "set_limits" | "set_access" | "backend">
  >
  | { command: "order_backend"; name: string; order: "enabled" | "drained" | "disabled" }
  /** Ends the connections that the rules of access do not allow any more. */
  | { command: "close_denied" };

/** What one engine, or several as one, did. */
export interface Outcome {
  /** Why it could not; empty if it could. */
  error: string;
  /** What is to be said besides. */
  note?: string;
  /** Connections that it was about. */
  count?: number;
  /** What `show` asked for, as far as those who serve know it. */
  shown?: Pick<Shown, "accepting" | "blocks">;
}

/** The outcomes of several engines that were told the same, as one. */
export function joinOutcomes(outcomes: readonly Outcome[]): Outcome {
  const said = (texts: (string | undefined)[]) => [...new Set(texts.filter((text) => text))];
  const counts = outcomes.map(({ count }) => count).filter((count) => count !== undefined);
  return {
    error: said(outcomes.map(({ error }) => error)).join("; "),
    note: said(outcomes.map(({ note }) => note)).join("; "),
    ...counts.length > 0 && { count: counts.reduce((a, b) => a + b) },
  };
}
