import type { ProxySummary } from "../../../manager/api/model.ts";
import type { CommandName } from "../../../manager/api/model_control.ts";
import { hindranceOf } from "../../state/control.ts";
import { useStore } from "../../state/store.ts";
import { words } from "../../words/words.ts";

/** Says why the reader cannot give a proxy an order, or null where they can. */
export function useHindrance(): (proxy: ProxySummary, name: CommandName) => string | null {
  const { control, session } = useStore();
  const { can_change } = session.value;
  const takers = control.takers.value;
  return (proxy, name) => {
    const word = hindranceOf(proxy, name, can_change, takers);
    return word && words.control.hindrances[word];
  };
}
