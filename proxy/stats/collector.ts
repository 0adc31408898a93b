import { type ConnectionRecord, type ConnectionState, isActive } from "./report.ts";

/** Closed connections are kept this long, in seconds, … */
export const KEEP_CLOSED_SECONDS = 60;
/** … and at most this many of them. */
export const KEEP_CLOSED_MAX = 1000;
/** Of rejected connections, which may come as often as strangers like, so many are kept, … */
export const KEEP_REJECTED_MAX = 100;
/** … and so many begin within a second. */
export const KEEP_REJECTED_PER_SECOND = 10;
/** A closed connection is sent in this many reports, in case one is lost. */
const CLOSED_REPORTS = 3;

const MAX_TARGET = 261;
const MAX_USER = 128;

/** The live record of one connection, written by the data path and read by the reporter. */
export class LiveConnection implements ConnectionRecord {
  target = "";
  bytes_sent = 0;
  bytes_received = 0;
  last_activity: number;
  state: ConnectionState = "connecting";
  user = "";
  reason = "";
  requests = 0;
  /** Reports that still have to carry it although nothing changes; used for ended ones. */
  reportsLeft = 0;
  #reportedBytes = -1;
  #reportedRequests = 0;
  #reportedState: ConnectionState = "connecting";
  #reportedTarget = "";

  constructor(
    readonly id: number,
    public client_ip: string,
    public client_port: number,
    readonly start_time: number,
  ) {
    this.last_activity = start_time;
  }

  /** Sets who the client really is, where a proxy in front has told; `ip` is unmapped. */
  setClient(ip: string, port: number): void {
    this.client_ip = ip;
    this.client_port = port;
  }

  /** Sets where the connection goes, cut to what a report holds. */
  setTarget(target: string): void {
    this.target = target.slice(0, MAX_TARGET);
  }

  /** Sets who the client said it is, cut to what a report holds. */
  setUser(user: string): void {
    this.user = user.slice(0, MAX_USER);
  }

  /** True if a report would say something new of it. */
  get changed(): boolean {
    return this.bytes_sent + this.bytes_received !== this.#reportedBytes ||
      this.state !== this.#reportedState || this.requests !== this.#reportedRequests ||
      this.target !== this.#reportedTarget;
  }

  /** Notes that a report carries its present state. */
  markReported(): void {
    this.#reportedBytes = this.bytes_sent + this.bytes_received;
    this.#reportedState = this.state;
    this.#reportedRequests = this.requests;
    this.#reportedTarget = this.target;
    if (this.reportsLeft > 0) this.reportsLeft--;
  }

  /** Marks the record as ended; {@link Collector.end} does the rest. */
  end(state: ConnectionState, reason: string, now: number): void {
    this.state = state;
    this.reason = reason;
    this.last_activity = now;
    this.reportsLeft = CLOSED_REPORTS;
  }
}

/** Totals of a proxy since its start, cumulative. */
export interface Totals {
  total_connections: number;
  active_connections: number;
  failed_connections: number;
  rejected_connections: number;
  total_bytes_sent: number;
  total_bytes_received: number;
}

/** Counts everything that a proxy does: one record a connection, totals, and failures by reason. */
export class Collector {
  readonly live = new Map<number, LiveConnection>();
  /** Ended connections, the oldest first. */
  readonly ended: LiveConnection[] = [];
  readonly reasons: Record<string, number> = {};
  readonly #now: () => number;
  #nextId: number;
  readonly #idStep: number;
  #rejected = 0;
  /** The second in which a rejected connection was last kept, and how many were in it. */
  #rejectedKept = { second: 0, count: 0 };
  #endedTotals = { connections: 0, failed: 0, sent: 0, received: 0 };

  /** `now` gives Unix seconds; `ids` is where the connections' numbers begin, and their step. */
  constructor(now: () => number = () => Date.now() / 1000, ids = { first: 1, step: 1 }) {
    this.#now = now;
    this.#nextId = ids.first;
    this.#idStep = ids.step;
  }

  /** Begins the record of an accepted connection; `client_ip` already unmapped. */
  open(client_ip: string, client_port: number): LiveConnection {
    const record = this.#newRecord(client_ip, client_port, this.#now());
    this.live.set(record.id, record);
    return record;
  }

  #newRecord(client_ip: string, client_port: number, now: number): LiveConnection {
    const record = new LiveConnection(this.#nextId, client_ip, client_port, now);
    this.#nextId += this.#idStep;
    return record;
  }

  /** Ends a record as `closed` or `failed`; only the first call counts. */
  end(record: LiveConnection, state: "closed" | "failed", reason: string): void {
    if (!this.live.delete(record.id)) return;
    record.end(state, reason, this.#now());
    this.#endedTotals.connections++;
    this.#endedTotals.sent += record.bytes_sent;
    this.#endedTotals.received += record.bytes_received;
    if (state === "failed") {
      this.#endedTotals.failed++;
      this.count(reason);
    }
    this.#keepEnded(record);
  }

  #keepEnded(record: LiveConnection): void {
    this.ended.push(record);
    // In blocks, since every shift moves what is left.
    if (this.ended.length >= KEEP_CLOSED_MAX * 2) {
      this.ended.splice(0, this.ended.length - KEEP_CLOSED_MAX);
    }
  }

  /** Counts a connection that was not taken; only some of many have a record, so that they hide no others. */
  reject(reason: string, client_ip: string, client_port: number): void {
    this.#rejected++;
    this.count(reason);
    const now = this.#now();
    if (!this.#mayKeepRejected(now)) return;
    const record = this.#newRecord(client_ip, client_port, now);
    record.end("rejected", reason, now);
    this.#keepEnded(record);
  }

  #mayKeepRejected(now: number): boolean {
    const second = Math.floor(now);
    const kept = this.#rejectedKept;
    if (second !== kept.second) this.#rejectedKept = { second, count: 1 };
    else if (++kept.count > KEEP_REJECTED_PER_SECOND) return false;
    let rejected = 0;
    for (const { state } of this.ended) if (state === "rejected") rejected++;
    return rejected < KEEP_REJECTED_MAX;
  }

  /** Counts one more of what happened for this reason. */
  count(reason: string): void {
    this.reasons[reason] = (this.reasons[reason] ?? 0) + 1;
  }

  /** Forgets ended connections beyond the bounds of number and age; their totals stay. */
  prune(): void {
    const oldest = this.#now() - KEEP_CLOSED_SECONDS;
    let drop = Math.max(0, this.ended.length - KEEP_CLOSED_MAX);
    // One that still has to be reported is not too old: with long intervals its end would never be told.
    const isOld = ({ last_activity, reportsLeft }: LiveConnection) =>
      last_activity < oldest && reportsLeft === 0;
    while (drop < this.ended.length && isOld(this.ended[drop])) drop++;
    if (drop > 0) this.ended.splice(0, drop);
  }

  /** The totals at this moment, live connections included. */
  totals(): Totals {
    const { connections, failed, sent, received } = this.#endedTotals;
    const totals: Totals = {
      total_connections: connections + this.live.size,
      active_connections: 0,
      failed_connections: failed,
      rejected_connections: this.#rejected,
      total_bytes_sent: sent,
      total_bytes_received: received,
    };
    for (const record of this.live.values()) {
      if (isActive(record.state)) totals.active_connections++;
      totals.total_bytes_sent += record.bytes_sent;
      totals.total_bytes_received += record.bytes_received;
    }
    return totals;
  }
}
