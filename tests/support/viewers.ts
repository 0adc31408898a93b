import {
  type FleetStats,
  type ServerMessage,
  serverMessageSchema,
} from "../../manager/api/model.ts";
import { fleetTotals } from "../../manager/api/views.ts";
import { Live } from "../../manager/live.ts";
import { Registry } from "../../manager/registry.ts";
import { alertFigures, historyFigures, ingestFigures, T0 } from "./reports.ts";

/** A viewer's end that remembers what it got and can be slow. */
export class FakeSocket {
  bufferedAmount = 0;
  texts: string[] = [];
  closedWith: number | null = null;
  broken = false;

  send(text: string): void {
    if (this.broken) throw new Error("not open");
    this.texts.push(text);
  }

  close(code: number): void {
    this.closedWith = code;
  }

  /** What came since the last call, each held against the contract. */
  take(): ServerMessage[] {
    return this.texts.splice(0).map((text) => serverMessageSchema.parse(JSON.parse(text)));
  }
}

/** Viewers' side of a manager with a clock that stands at `T0` until a test moves it. */
export function setUpLive() {
  const clock = { now: T0 };
  const registry = new Registry();
  const ingest = ingestFigures();
  let statsCalls = 0;
  const stats = (): FleetStats => {
    statsCalls++;
    return {
      manager_version: "0.1.0",
      manager_uptime: 1,
      ...fleetTotals(registry, clock.now),
      ingest,
      history: historyFigures(),
      alerts: alertFigures(),
    };
  };
  const live = new Live(registry, stats, () => clock.now);
  const join = () => {
    const socket = new FakeSocket();
    live.open(socket);
    return socket;
  };
  return { clock, registry, live, join, encodings: () => statsCalls };
}
