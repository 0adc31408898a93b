import type { CommandName } from "../../../manager/api/model_control.ts";

/** What a proxy can be told from its row, its page or a selection, as a menu has it. */
export const ACTIONS = [
  ...["drain", "resume", "pause_accepting", "resume_accepting"],
  ...["set_limits", "set_access", "block_client", "unblock_client"],
  ...["set_log_level", "reload", "stop"],
] as const satisfies readonly CommandName[];
export type Action = (typeof ACTIONS)[number];

/** Those that are all said by their name. */
export type PlainAction = Exclude<
  Action,
  "set_limits" | "set_access" | "block_client" | "unblock_client" | "set_log_level"
>;

/** Those that new connections suffer from: they are asked for twice. */
export const DISRUPTIVE: ReadonlySet<Action> = new Set(["drain", "pause_accepting", "stop"]);
/** Those that a single proxy is told at once: they take something back, or harm nobody. */
export const AT_ONCE: ReadonlySet<Action> = new Set(["resume", "resume_accepting", "reload"]);
/** Those that a line in the menu stands above. */
export const APART: ReadonlySet<Action> = new Set(["set_limits", "set_log_level", "stop"]);

/** Proxies that are to be told something. */
export interface Told {
  readonly action: Action;
  readonly ids: readonly string[];
  /** Those of a selection that cannot be told so. */
  readonly leftOut: number;
}

/** What the dialog of an action is given. */
export interface ActionDialogProps {
  told: Told;
  onClose: () => void;
}
