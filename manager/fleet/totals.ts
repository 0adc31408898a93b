/** The figures that a restart must not set back. */
export interface Totals {
  total_connections: number;
  failed_connections: number;
  rejected_connections: number;
  total_bytes_sent: number;
  total_bytes_received: number;
}

/** Adds figures without leaving the integers that JSON readers can hold. */
export function sum(a: Totals, b: Totals): Totals {
  return both(a, b, add);
}

/** The larger of each figure: totals only grow, so a smaller one is older. */
export function larger(a: Totals, b: Totals): Totals {
  return both(a, b, Math.max);
}

/** Totals of nothing. */
export function noTotals(): Totals {
  return {
    total_connections: 0,
    failed_connections: 0,
    rejected_connections: 0,
    total_bytes_sent: 0,
    total_bytes_received: 0,
  };
}

/** A sum of counts, at most the largest safe integer. */
export function add(a: number, b: number): number {
  return Math.min(a + b, Number.MAX_SAFE_INTEGER);
}

function both(a: Totals, b: Totals, join: (a: number, b: number) => number): Totals {
  return {
    total_connections: join(a.total_connections, b.total_connections),
    failed_connections: join(a.failed_connections, b.failed_connections),
    rejected_connections: join(a.rejected_connections, b.rejected_connections),
    total_bytes_sent: join(a.total_bytes_sent, b.total_bytes_sent),
    total_bytes_received: join(a.total_bytes_received, b.total_bytes_received),
  };
}
