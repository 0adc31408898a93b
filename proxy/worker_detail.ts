import type { BackendRecord } from "./stats/backend_record.ts";
import type { WorkerDetail } from "./worker.ts";

/** The counters of several workers as those of one proxy; backends are joined by name. */
export function joinDetails(details: readonly WorkerDetail[]): WorkerDetail {
  const reasons: Record<string, number> = {};
  const backends = new Map<string, BackendRecord>();
  for (const detail of details) {
    for (const [reason, n] of Object.entries(detail.reasons)) {
      reasons[reason] = (reasons[reason] ?? 0) + n;
    }
    for (const backend of detail.backends) {
      const known = backends.get(backend.name);
      backends.set(backend.name, known ? joinBackends(known, backend) : backend);
    }
  }
  return { reasons, backends: [...backends.values()] };
}

/** The same with no connection active: what is left of workers that have died. */
export function withoutActive({ reasons, backends }: WorkerDetail): WorkerDetail {
  return {
    reasons,
    backends: backends.map((backend) => ({ ...backend, active_connections: 0 })),
  };
}

/** Counts are added; what is no count is the later one's. */
function joinBackends(a: BackendRecord, b: BackendRecord): BackendRecord {
  return {
    ...b,
    active_connections: a.active_connections + b.active_connections,
    total_connections: a.total_connections + b.total_connections,
    bytes_sent: a.bytes_sent + b.bytes_sent,
    bytes_received: a.bytes_received + b.bytes_received,
    errors: a.errors + b.errors,
  };
}
