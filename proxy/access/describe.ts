import { isLoopback } from "../net/address.ts";
import type { AccessOptions } from "./options.ts";

/** What holds, for the line that says that a proxy has started; undefined where nothing is refused. */
export function describeAccess(
  mode: string,
  { clients, targets }: AccessOptions,
): string | undefined {
  const parts: string[] = [];
  if (clients.length > 0) parts.push(`clients by ${rules(clients)}`);
  if (targets.length > 0) parts.push(`targets by ${rules(targets)}`);
  if (mode !== "tcp") {
    const unless = targets.length > 0 ? ", unless a rule names them" : "";
    parts.push(`targets on this host (local) only for clients on loopback${unless}`);
  }
  return parts.length > 0 ? parts.join("; ") : undefined;
}

function rules({ length }: readonly string[]): string {
  return length === 1 ? "1 rule" : `${length} rules`;
}

/** What may say who a proxy's clients are. */
interface Guarded {
  mode: string;
  auth: readonly unknown[];
  authFile: string | null;
  access: AccessOptions;
}

/** True for a forward proxy that others than this host reach, at `hostname`, with nothing that says who may use it. */
export function isOpenToAll(
  { mode, auth, authFile, access }: Guarded,
  hostname: string,
): boolean {
  if (mode === "tcp" || isLoopback(hostname)) return false;
  if (auth.length > 0 || authFile !== null) return false;
  return !access.clients.some((rule) => rule.startsWith("--allow "));
}
