import { join } from "node:path";
import { FLEET, type SeriesRow } from "../../manager/history/batch.ts";
import { batch, openStore, row } from "../support/history.ts";

/** A proxy with a past, in bytes a second. */
export interface Member {
  proxy: string;
  sent: number;
  received: number;
}

/** A time in which the manager did not run, in seconds before the end. */
interface Pause {
  from: number;
  to: number;
}

/**
 * Writes into a data directory what a manager would have that saw these proxies up to `nowMs`: each
 * `step` seconds over the last `seconds`, in slow waves.
 */
export function rememberTraffic(
  dataDir: string,
  nowMs: number,
  members: readonly Member[],
  { seconds, step, pause }: { seconds: number; step: number; pause?: Pause },
): void {
  using store = openStore(join(dataDir, "history.db"), { maxProxies: 10_000 }, nowMs);
  const series: SeriesRow[] = [];
  const end = Math.floor(nowMs / 1000 / step) * step;
  for (let time = end - seconds; time < end; time += step) {
    const before = nowMs / 1000 - time;
    if (pause && before <= pause.from && before > pause.to) continue;
    const rows = members.map(({ proxy, sent, received }, seed) => {
      const wave = 1 + 0.5 * Math.sin(time / (seconds / 20) + seed) +
        0.2 * Math.sin(time / (3.1 * step) + 2 * seed);
      const bytes = (rate: number) => Math.round(rate * wave * step);
      const active = { activeSum: 20 + seed, activeMax: 20 + seed, samples: 1 };
      return row(time, { proxy, sent: bytes(sent), received: bytes(received), ...active });
    });
    const sum = (of: "sent" | "received" | "activeSum") => rows.reduce((n, r) => n + r[of], 0);
    const all = { sent: sum("sent"), received: sum("received"), activeSum: sum("activeSum") };
    series.push(...rows, row(time, { proxy: FLEET, ...all, samples: 1 }));
  }
  store.write(batch({ atMs: nowMs, series }));
}
