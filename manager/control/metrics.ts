import type { Registry as PromRegistry } from "prom-client";
import { counter, gauge } from "../series.ts";
import type { ControlHub } from "./hub.ts";

/** The control channel: commands by what became of them, and who was turned away from it. */
export function controlSeries(
  prom: PromRegistry,
  control: Pick<ControlHub, "connected" | "figures">,
): () => void {
  const connected = gauge(prom, "control_connected_proxies", "Proxies that take orders now");
  const commands = counter(prom, "control_commands_total", "Commands by outcome at each proxy", [
    ...["command", "outcome"],
  ]);
  const refused = counter(prom, "control_refused_total", "Ends of channels for a fault", [
    "reason",
  ]);
  return () => {
    connected(control.connected);
    for (const [command, outcomes] of control.figures.commands) {
      for (const [outcome, n] of Object.entries(outcomes)) commands(n, { command, outcome });
    }
    for (const [reason, n] of Object.entries(control.figures.refused)) refused(n, { reason });
  };
}
