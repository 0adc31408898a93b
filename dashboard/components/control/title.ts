import { visible } from "../../format.ts";
import { words } from "../../words/words.ts";
import type { Told } from "./actions.ts";

/** What a dialog is about: the order, and the proxy's name where it is one. */
export function titleOf({ action, ids }: Told): string {
  const { control: w } = words;
  return ids.length === 1 ? w.titleOf(w.commands[action], visible(ids[0])) : w.commands[action];
}
