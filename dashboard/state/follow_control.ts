import { computed, effect, type ReadonlySignal } from "@preact/signals";
import type { Control } from "./control.ts";
import type { FleetState } from "./fleet.ts";
import type { Session } from "./session.ts";

/** Asks who takes orders as soon as that may be another, for a reader who may give any. */
export function followControlled(
  control: Control,
  fleet: ReadonlySignal<FleetState>,
  session: ReadonlySignal<Session>,
): void {
  const key = computed(() => {
    const { phase, proxies } = fleet.value;
    if (!session.value.can_change || phase !== "live") return "";
    const controlled = [...proxies.values()].filter(({ controlled }) => controlled);
    return controlled.map((proxy) => `${proxy.proxy_id} ${proxy.start_time}`).sort().join("\n") ||
      "none";
  });
  effect(() => {
    if (key.value !== "") control.refresh();
  });
}
