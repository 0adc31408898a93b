/**
 * The connections that the manager tells of, kept by its messages. A reducer in what it does, but one that
 * changes its rows in place: of 20,000 rows 4,000 change each second, and a new Map with new rows each time
 * left 5 MB of garbage a second where this leaves 0.7, in no less time. Whoever shows rows reads
 * {@link ConnectionFeed.version}, which grows with each message.
 */
import type { LiveConnection, ServerMessage } from "../../../manager/api/model.ts";
import type { Steps } from "../table/steps.ts";
import { startMeter, updateMeter } from "./rate.ts";
import { type ConnectionRow, shownTexts, STATES, type Tab, tabOf } from "./row.ts";

type FleetMessage = Extract<ServerMessage, { type: "fleet_connections" }>;
type ProxyMessage = Extract<ServerMessage, { type: "connections" }>;
export type ConnectionMessage = FleetMessage | ProxyMessage;

/** What of a connection a message tells, beside the proxy that it is of. */
type News = Omit<LiveConnection, "id">;

/** Rows that are taken in one step. */
const STEP = 250;
/** A start that is told anew by less than this is the same one; the proxy's clock was corrected. */
const SAME_START_S = 5;
/** Assumed where a proxy's own is not known yet, in seconds. */
const USUAL_INTERVAL_S = 5;

/** The connections of one proxy or of the fleet. */
export class ConnectionFeed {
  /** False until there was a full message. */
  known = false;
  /** Live connections that are not among them. */
  omitted = 0;
  version = 0;
  readonly counts: Record<Tab, number> = { active: 0, closed: 0, denied: 0 };
  /** How many have come since the beginning, by the tab in which they did. */
  readonly appeared: Record<Tab, number> = { active: 0, closed: 0, denied: 0 };
  readonly #byProxy = new Map<string, Map<number, ConnectionRow>>();
  readonly #intervalOf: (proxyId: string) => number | undefined;

  /** `intervalOf` gives the seconds between two reports of a proxy. */
  constructor(intervalOf: (proxyId: string) => number | undefined = () => undefined) {
    this.#intervalOf = intervalOf;
  }

  get size(): number {
    return this.counts.active + this.counts.closed + this.counts.denied;
  }

  /** All rows, each proxy's together, in the order in which they came. */
  rows(): ConnectionRow[] {
    const rows: ConnectionRow[] = [];
    for (const ofProxy of this.#byProxy.values()) {
      for (const row of ofProxy.values()) rows.push(row);
    }
    return rows;
  }

  get(proxyId: string, id: number): ConnectionRow | undefined {
    return this.#byProxy.get(proxyId)?.get(id);
  }

  /** The row of this very connection now: another one where that was dropped and told anew. */
  current({ proxy_id, id, client_port, start_time }: ConnectionRow): ConnectionRow | undefined {
    const now = this.get(proxy_id, id);
    const isSame = now?.client_port === client_port &&
      Math.abs(now.start_time - start_time) < SAME_START_S;
    return isSame ? now : undefined;
  }

  /** Whether this very connection is open now. */
  isOpen(row: ConnectionRow): boolean {
    return this.current(row)?.active === true;
  }

  /** Takes a message, in steps between which the rows may be read. */
  *apply(message: ConnectionMessage): Steps<void> {
    // Without a full list to start from, changes alone would be shown as if they were all.
    if (!message.full && !this.known) return;
    const stay = message.full ? new Set<ConnectionRow>() : null;
    if (message.type === "connections") yield* this.#applyProxy(message, stay);
    else yield* this.#applyFleet(message, stay);
    if (stay) { for (const row of this.rows()) if (!stay.has(row)) this.#remove(row); }
    this.omitted = message.omitted;
    this.known = true;
    this.version++;
  }

  *#applyProxy(message: ProxyMessage, stay: Set<ConnectionRow> | null): Steps<void> {
    const { proxy_id, upsert, removed } = message;
    for (let i = 0; i < upsert.length; i++) {
      const row = this.#put(proxy_id, upsert[i].id, upsert[i]);
      stay?.add(row);
      if (i % STEP === STEP - 1) yield;
    }
    for (const id of removed) this.#removeById(proxy_id, id);
  }

  *#applyFleet(message: FleetMessage, stay: Set<ConnectionRow> | null): Steps<void> {
    const { strings, upsert, changed, removed, time } = message;
    const at = (age: number) => (time - age) / 1000;
    for (let i = 0; i < upsert.length; i++) {
      const [proxy, id, ip, client_port, target, user, reason, state, active, ...rest] = upsert[i];
      const [start, activity, reported, bytes_sent, bytes_received, requests] = rest;
      const row = this.#put(strings[proxy], id, {
        ...{ client_ip: strings[ip], client_port, target: strings[target], user: strings[user] },
        ...{ reason: strings[reason], state: STATES[state], active: active === 1 },
        ...{ start_time: at(start), last_activity: at(activity), reported: at(reported) },
        ...{ bytes_sent, bytes_received, requests },
      });
      stay?.add(row);
      if (i % STEP === STEP - 1) yield;
    }
    for (const [proxy, ...figures] of changed) yield* this.#change(strings[proxy], figures, at);
    for (const [proxy, ...ids] of removed) {
      for (const id of ids) this.#removeById(strings[proxy], id);
    }
  }

  *#change(proxyId: string, figures: number[], at: (age: number) => number): Steps<void> {
    const ofProxy = this.#byProxy.get(proxyId);
    const interval = this.#interval(proxyId);
    for (let i = 0; i + 5 < figures.length; i += 6) {
      const row = ofProxy?.get(figures[i]);
      if (!row) continue;
      row.bytes_sent = figures[i + 1];
      row.bytes_received = figures[i + 2];
      row.requests = figures[i + 3];
      row.last_activity = at(figures[i + 4]);
      this.#measure(row, at(figures[i + 5]), interval);
      if ((i / 6) % STEP === STEP - 1) yield;
    }
  }

  #put(proxyId: string, id: number, news: News): ConnectionRow {
    const known = this.get(proxyId, id);
    // Ids begin anew when a proxy restarts.
    const isSame = known && Math.abs(known.start_time - news.start_time) < SAME_START_S;
    if (known && isSame) return this.#update(known, news);
    if (known) this.#remove(known);
    const { reported, ...rest } = news;
    const { bytes_sent, bytes_received, start_time } = news;
    const row: ConnectionRow = {
      ...{ key: `${proxyId} ${id} ${start_time}`, id, proxy_id: proxyId, ...rest, gone: false },
      meter: startMeter(
        { at: reported, sent: bytes_sent, received: bytes_received },
        start_time,
        this.#interval(proxyId),
      ),
      shown: shownTexts({ ...rest, proxy_id: proxyId }),
    };
    let ofProxy = this.#byProxy.get(proxyId);
    if (!ofProxy) this.#byProxy.set(proxyId, ofProxy = new Map());
    ofProxy.set(id, row);
    this.counts[tabOf(row)]++;
    // What was there before the page was opened did not appear on it.
    if (this.known) this.appeared[tabOf(row)]++;
    return row;
  }

  #update(row: ConnectionRow, { reported, ...news }: News): ConnectionRow {
    const { client_ip, client_port, target, user, reason } = row;
    const before = tabOf(row);
    Object.assign(row, news);
    const after = tabOf(row);
    if (before !== after) {
      this.counts[before]--;
      this.counts[after]++;
      this.appeared[after]++;
    }
    const hasSameTexts = client_ip === row.client_ip && client_port === row.client_port &&
      target === row.target && user === row.user && reason === row.reason;
    if (!hasSameTexts) row.shown = shownTexts(row);
    this.#measure(row, reported, this.#interval(row.proxy_id));
    return row;
  }

  #measure(row: ConnectionRow, at: number, interval: number): void {
    const { bytes_sent, bytes_received } = row;
    updateMeter(row.meter, { at, sent: bytes_sent, received: bytes_received }, interval);
  }

  #interval(proxyId: string): number {
    return this.#intervalOf(proxyId) ?? USUAL_INTERVAL_S;
  }

  #removeById(proxyId: string, id: number): void {
    const row = this.get(proxyId, id);
    if (row) this.#remove(row);
  }

  #remove(row: ConnectionRow): void {
    const ofProxy = this.#byProxy.get(row.proxy_id);
    ofProxy?.delete(row.id);
    if (ofProxy?.size === 0) this.#byProxy.delete(row.proxy_id);
    this.counts[tabOf(row)]--;
    row.gone = true;
  }
}
