import type { Labels, LabelsPart } from "../../proxy/stats/labels_record.ts";
import { type Room, stringBytes } from "./room.ts";

/** What a label takes beside its texts. */
const LABEL_BYTES = 80;

/** The labels of one boot of a proxy: those of its newest set of which all has been reported. */
export class ReportedLabels {
  /** One more with each change. */
  version = 0;
  #labels: Labels = {};
  /** The newest set, as far as it is known. */
  #newest = new Map<string, string>();
  #set = -1;
  readonly #room: Room;

  /** `room` is what all proxies share. */
  constructor(room: Room) {
    this.#room = room;
  }

  get all(): Labels {
    return this.#labels;
  }

  /** Takes some of a set; null and an older set change nothing. True if the labels are others now. */
  take(part: LabelsPart | null): boolean {
    if (part === null || part.set < this.#set) return false;
    if (part.set > this.#set) {
      this.#give(this.#newest);
      this.#newest = new Map();
      this.#set = part.set;
    }
    for (const [name, value] of Object.entries(part.some)) {
      if (this.#newest.size >= part.of || this.#newest.has(name)) continue;
      if (this.#room.take(bytesOf(name, value))) this.#newest.set(name, value);
    }
    return this.#newest.size === part.of && this.#show(Object.fromEntries(this.#newest));
  }

  /** Takes what an earlier run of the manager knew, until the proxy tells it anew. */
  restore(labels: Labels): void {
    this.clear();
    const kept = Object.entries(labels).filter((label) => this.#room.take(bytesOf(...label)));
    this.#newest = new Map(kept);
    this.#show(Object.fromEntries(kept));
  }

  /** Forgets them, and gives their room back. */
  clear(): void {
    this.#give(this.#newest);
    this.#newest = new Map();
    this.#set = -1;
    this.#show({});
  }

  #show(labels: Labels): boolean {
    if (isSame(labels, this.#labels)) return false;
    this.#labels = labels;
    this.version++;
    return true;
  }

  #give(labels: ReadonlyMap<string, string>): void {
    for (const label of labels) this.#room.give(bytesOf(...label));
  }
}

function bytesOf(name: string, value: string): number {
  return LABEL_BYTES + stringBytes(name, value);
}

function isSame(a: Labels, b: Labels): boolean {
  const names = Object.keys(a);
  return names.length === Object.keys(b).length && names.every((name) => a[name] === b[name]);
}
