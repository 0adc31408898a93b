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
/** Reasons that are counted one by one; what else comes is counted together as {@link OTHER}. */
const MAX_REASONS = 128;
const MAX_REASON = 64;
const OTHER = "other";
/** Live connections that {@link Collector.totals} looks at in one call. */
const SWEEP = 1000;

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
  /** The round of reports that carried it last; 0 if none has. */
  carriedIn = 0;
  /** What of its bytes the collector's totals hold. */
  settledSent = 0;
  settledReceived = 0;
  #reportedBytes = 0;
  /** What {@link #mark} was; no mark where something else is new. */
  #reportedMark = -1;

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
    this.#reportedMark = -1;
  }

  /** Sets where the connection goes, cut to what a report holds. */
  setTarget(target: string): void {
    const cut = target.slice(0, MAX_TARGET);
    if (cut === this.target) return;
    this.target = cut;
    this.#reportedMark = -1;
  }

  /** Sets who the client said it is, cut to what a report holds. */
  setUser(user: string): void {
    const cut = user.slice(0, MAX_USER);
    if (cut === this.user) return;
    this.user = cut;
    this.#reportedMark = -1;
  }

  /** True if a report would say something new of it. */
  get changed(): boolean {
    return this.#mark !== this.#reportedMark || this.unreportedBytes > 0;
  }

  /** Bytes that have passed since the last report of it. */
  get unreportedBytes(): number {
    return this.bytes_sent + this.bytes_received - this.#reportedBytes;
  }

  /** The requests and the state, as one number. */
  get #mark(): number {
    return this.requests * 2 + (this.state === "active" ? 1 : 0);
  }

  /** Notes that this round of reports carries its present state. */
  markReported(round: number): void {
    this.carriedIn = round;
    this.#reportedBytes = this.bytes_sent + this.bytes_received;
    this.#reportedMark = this.#mark;
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
  #reasonCount = 0;
  #nextId: number;
  readonly #idStep: number;
  #rejected = 0;
  /** The second in which a rejected connection was last kept, and how many were in it. */
  #rejectedKept = { second: 0, count: 0 };
  #endedCount = 0;
  #failed = 0;
  /** Bytes of all connections, as far as they are settled. */
  #sent = 0;
  #received = 0;
  /** Goes around the live connections; where it stands is where the next sweep goes on. */
  #sweeping: Iterator<LiveConnection> = this.live.values();

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
    this.settle(record);
    record.end(state, reason, this.#now());
    this.#endedCount++;
    if (state === "failed") {
      this.#failed++;
      this.count(reason);
    }
    this.#keepEnded(record);
  }

  /**
   * Takes into the totals what a connection has passed since it was last settled. One that has ended is told
   * of anew if there was something: a write may have been under way when it ended.
   */
  settle(record: LiveConnection): void {
    const sent = record.bytes_sent - record.settledSent;
    const received = record.bytes_received - record.settledReceived;
    if (sent === 0 && received === 0) return;
    record.settledSent = record.bytes_sent;
    record.settledReceived = record.bytes_received;
    this.#sent += sent;
    this.#received += received;
    if (!isActive(record.state)) record.reportsLeft = CLOSED_REPORTS;
  }

  #keepEnded(record: LiveConnection): void {
    this.ended.push(record);
    // In blocks, since every shift moves what is left.
    if (this.ended.length >= KEEP_CLOSED_MAX * 2) {
      this.#forget(this.ended.length - KEEP_CLOSED_MAX);
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
    const name = reason.slice(0, MAX_REASON);
    const known = this.reasons[name];
    if (known !== undefined) this.reasons[name] = known + 1;
    else if (this.#reasonCount < MAX_REASONS - 1) {
      this.#reasonCount++;
      this.reasons[name] = 1;
    } else this.reasons[OTHER] = (this.reasons[OTHER] ?? 0) + 1;
  }

  /** Forgets ended connections beyond the bounds of number and age; their totals stay. */
  prune(): void {
    for (const record of this.ended) this.settle(record);
    const oldest = this.#now() - KEEP_CLOSED_SECONDS;
    let drop = Math.max(0, this.ended.length - KEEP_CLOSED_MAX);
    // One that still has to be reported is not too old: with long intervals its end would never be told.
    const isOld = ({ last_activity, reportsLeft }: LiveConnection) =>
      last_activity < oldest && reportsLeft === 0;
    while (drop < this.ended.length && isOld(this.ended[drop])) drop++;
    if (drop > 0) this.#forget(drop);
  }

  #forget(oldest: number): void {
    for (const record of this.ended.splice(0, oldest)) this.settle(record);
  }

  /**
   * The totals at this moment. With very many live connections the bytes of some are as of one of the last
   * calls, for not all of them are looked at each time; what is not there yet comes with a next call.
   */
  totals(): Totals {
    this.#sweep();
    return {
      total_connections: this.#endedCount + this.live.size,
      active_connections: this.live.size,
      failed_connections: this.#failed,
      rejected_connections: this.#rejected,
      total_bytes_sent: this.#sent,
      total_bytes_received: this.#received,
    };
  }

  /** Settles some of the live connections, all if they are few. */
  #sweep(): void {
    for (let left = Math.min(SWEEP, this.live.size); left > 0; left--) {
      let { value, done } = this.#sweeping.next();
      if (done) {
        this.#sweeping = this.live.values();
        ({ value, done } = this.#sweeping.next());
        if (done) return;
      }
      this.settle(value!);
    }
  }
}
