import { type BackendRecord, MAX_BACKENDS } from "../../proxy/stats/backend_record.ts";
import { type Room, stringBytes } from "./room.ts";

/** What a backend takes beside its name. */
const BACKEND_BYTES = 330;

/** The backends of one boot of a proxy, each as the newest report has it; bounded by count. */
export class BackendTable {
  /** One more with each report. */
  version = 0;
  readonly #known = new Map<string, { record: BackendRecord; seq: number }>();
  readonly #room: Room;

  /** `room` is what all proxies share. */
  constructor(room: Room) {
    this.#room = room;
  }

  /**
   * Takes what datagram `seq` says of some backends; what is older than known changes nothing. Those that
   * are none any more are forgotten once they have no connections.
   */
  take(records: readonly BackendRecord[], seq: number): void {
    for (const record of records) {
      const known = this.#known.get(record.name);
      if (record.state === "removed" && record.active_connections === 0) {
        if (known && known.seq <= seq) this.#forget(known.record);
        continue;
      }
      if (known ? known.seq > seq : !this.#takeRoom(record)) continue;
      this.#known.set(record.name, { record, seq });
      this.version++;
    }
  }

  /** All of them, in the order in which they were first reported. */
  records(): BackendRecord[] {
    return Array.from(this.#known.values(), ({ record }) => record);
  }

  #forget(record: BackendRecord): void {
    this.#known.delete(record.name);
    this.#room.give(bytesOf(record));
    this.version++;
  }

  /** Forgets all, and gives their room back. */
  clear(): void {
    for (const { record } of this.#known.values()) this.#room.give(bytesOf(record));
    this.#known.clear();
    this.version++;
  }

  #takeRoom(record: BackendRecord): boolean {
    return this.#known.size < MAX_BACKENDS && this.#room.take(bytesOf(record));
  }
}

function bytesOf({ name }: BackendRecord): number {
  return BACKEND_BYTES + stringBytes(name);
}
