import type { ServerMessage } from "../../manager/api/model.ts";

const TYPES: readonly string[] = [
  ...["snapshot", "delta", "connections", "fleet_connections"] satisfies ServerMessage["type"][],
];

/**
 * A message of the manager; null for what this dashboard does not know. The manager validates what it
 * sends and serves this page itself, so only the kind is looked at.
 */
export function parseMessage(data: unknown): ServerMessage | null {
  if (typeof data !== "string") return null;
  try {
    const message = JSON.parse(data);
    return TYPES.includes(message?.type) ? message : null;
  } catch {
    return null;
  }
}
