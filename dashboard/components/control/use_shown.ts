import type { ProxySummary } from "../../../manager/api/model.ts";
import { type Asked, useAnswer } from "../../chart/use_answer.ts";
import { hindranceOf, type Shown } from "../../state/control.ts";
import { useStore } from "../../state/store.ts";
import type { Told } from "./actions.ts";

/** How often what holds is asked for again, in milliseconds. */
const EVERY_MS = 10_000;

/** What holds at a proxy, as it says itself: asked again after each order; nothing where it tells nothing. */
export function useShown(proxy: ProxySummary): Asked<Shown> {
  const { control, now, session } = useStore();
  const { can_change } = session.value;
  const why = hindranceOf(proxy, "show", can_change, control.takers.value);
  const turn = control.given.value + Math.floor(now.value / EVERY_MS);
  const id = proxy.proxy_id;
  const asked = useAnswer(why === null ? id : null, turn, () => control.look(id));
  // Who cannot be asked any more may hold something else by now.
  return why === null ? asked : { ...asked, value: null };
}

/** What held when a dialog opened that is about one proxy. */
export interface Held extends Asked<Shown> {
  /** It is not told yet, and may still be. */
  waits: boolean;
}

/** What holds as a dialog opens that is about one proxy; nothing where it is about several. */
export function useShownOnce({ ids }: Told): Held {
  const { control } = useStore();
  const id = ids.length === 1 ? ids[0] : null;
  const asked = useAnswer(id, 0, () => control.look(ids[0]));
  return { ...asked, waits: id !== null && asked.value === null && asked.failure === null };
}
