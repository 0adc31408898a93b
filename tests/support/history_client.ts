import { FLEET } from "../../manager/history/batch.ts";
import { HistoryClient } from "../../manager/history/client.ts";
import { DEFAULT_RETENTION, type HistoryOptions } from "../../manager/history/options.ts";
import { Registry } from "../../manager/registry.ts";
import { eventually } from "./eventually.ts";
import { S0 } from "./history.ts";
import { connection, report, T0 } from "./reports.ts";

interface Setup extends Partial<HistoryOptions> {
  worker?: URL;
}

/** A history with its real thread, on a clock that a test moves. */
export function setUpHistory(dir: HistoryOptions["dir"], { worker, ...options }: Setup = {}) {
  const clock = { now: T0 };
  const registry = new Registry();
  const given: HistoryOptions = { dir, retention: DEFAULT_RETENTION, ...options };
  const history = new HistoryClient(
    given,
    { registry, now: () => clock.now + 0.4, maxProxies: 100, worker },
  );
  let reports = 0;
  /** A second passes, in which the proxy reports so many bytes, and a connection that ended. */
  const second = (bytes: number, connections = 1) => {
    clock.now += 1000;
    const now = clock.now / 1000;
    const ended = Array.from(
      { length: connections },
      (_, i) =>
        connection({
          id: reports * 100_000 + i,
          start_time: now,
          state: "closed",
          target: "x".repeat(200),
        }),
    );
    const proxy = { seq: reports++, sent_at: now, start_time: S0, total_bytes_sent: bytes };
    registry.apply(report(proxy, ended), clock.now);
    history.tick();
  };
  /** The batch that was sent last is written. */
  const written = () =>
    eventually("the batch is written", () => {
      history.tick();
      return history.state.last_write === clock.now / 1000;
    });
  const is = (state: string) =>
    eventually(`the history is ${state}`, () => history.state.state === state);
  return {
    clock,
    given,
    registry,
    history,
    second,
    written,
    is,
    [Symbol.asyncDispose]: () => history.stop(),
  };
}

/** Bytes that clients sent, of the fleet and in the last hour. */
export async function sentBytes(history: HistoryClient, now: number): Promise<number> {
  const range = { from: S0 - 60, to: now / 1000 + 10, step: null };
  const { rows } = await history.query("series", { proxy: FLEET, range, now: now / 1000 });
  return rows.reduce((sum, { sent }) => sum + sent, 0);
}

/** Connections in the log. */
export async function logged(history: HistoryClient): Promise<number> {
  const reply = await history.query("log", { filter: {}, limit: 100_000, cursor: null });
  return reply.connections.length;
}
