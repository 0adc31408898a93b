import type { SavedProxy } from "../fleet/saved.ts";
import type { PackedProxy } from "./batch.ts";

/** What of a proxy's state changes with every report, in the order in which it is written. */
const FIGURES = [
  "seq",
  "sent_at",
  "refresh_s",
  "total_connections",
  "active_connections",
  "total_bytes_sent",
  "total_bytes_received",
  "rejected_connections",
  "failed_connections",
  "omitted_connections",
] as const;

/** Changes whenever the words of a proxy do, as opposed to its figures. */
export function wordsKey(
  { state, formers, forgotten, countedSince, startShift, labels }: SavedProxy,
): string {
  const { boot_id, start_time, proxy_type, listen_addr, host, version, interval } = state;
  return [
    ...[boot_id, start_time, state.state, proxy_type, listen_addr, host, version, interval],
    ...[countedSince, startShift, forgotten.total_connections, JSON.stringify(formers)],
    JSON.stringify(labels),
  ].join("\n");
}

/** A proxy as two texts: its words, unless they are written already, and its figures. */
export function pack(saved: SavedProxy, withWords: boolean): PackedProxy {
  const { state, lastSeenMs, shift } = saved;
  return {
    name: state.proxy_id,
    meta: withWords ? wordsOf(saved) : null,
    figures: JSON.stringify([lastSeenMs, shift, ...FIGURES.map((name) => state[name])]),
  };
}

function wordsOf({ state, lastSeenMs: _, shift: __, ...rest }: SavedProxy): string {
  const words: Record<string, unknown> = { ...state };
  for (const name of FIGURES) delete words[name];
  return JSON.stringify({ state: words, ...rest });
}

/** What {@link pack} wrote; null where it is something else. */
export function unpack(meta: string, figures: string): SavedProxy | null {
  try {
    const { state, ...rest } = JSON.parse(meta);
    const [lastSeenMs, shift, ...values] = JSON.parse(figures);
    if (values.length !== FIGURES.length || typeof state.proxy_id !== "string") return null;
    FIGURES.forEach((name, i) => state[name] = values[i]);
    return { state, lastSeenMs, shift, ...rest };
  } catch {
    return null;
  }
}
