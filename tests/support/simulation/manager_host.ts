import type { FleetStats, ServerMessage } from "../../../manager/api/model.ts";
import { fleetTotals } from "../../../manager/api/views.ts";
import type { ProxyEntry } from "../../../manager/fleet/proxy.ts";
import { Ingest } from "../../../manager/ingest.ts";
import { Live } from "../../../manager/live.ts";
import { Registry } from "../../../manager/registry.ts";
import { alertFigures, historyFigures, ingestFigures } from "../reports.ts";
import { FakeSocket } from "../viewers.ts";
import { Screen } from "./screen.ts";

/** One run of a manager: the real registry behind the real ingest, and one who watches. */
export class ManagerRun {
  readonly registry = new Registry();
  readonly ingest: Ingest;
  /** What a viewer makes of the WebSocket's messages; null where nobody watches. */
  readonly screen: Screen | null;
  readonly #now: () => number;
  readonly #live: Live;
  readonly #socket = new FakeSocket();

  /** `now` gives Unix milliseconds; a viewer watches the proxy that is named. */
  constructor(now: () => number, watched: string | null) {
    this.#now = now;
    this.ingest = new Ingest(this.registry, now);
    const stats = (): FleetStats => ({
      ...{ manager_version: "0.1.0", manager_uptime: 1, ingest: ingestFigures() },
      history: historyFigures(),
      alerts: alertFigures(),
      ...fleetTotals(this.registry, now()),
    });
    this.#live = new Live(this.registry, stats, now);
    this.screen = watched === null ? null : new Screen(watched);
    if (watched === null) return;
    this.#live.open(this.#socket);
    const subscribe = JSON.stringify({ type: "subscribe", proxy_id: watched });
    this.#live.message(this.#socket, subscribe);
  }

  /** What the manager does once a second. */
  tick(): void {
    this.registry.tick(this.#now());
    this.#live.flush();
    for (const text of this.#socket.texts.splice(0)) {
      this.screen?.show(JSON.parse(text) as ServerMessage);
    }
  }

  get(proxyId: string): ProxyEntry | undefined {
    return this.registry.get(proxyId);
  }
}
