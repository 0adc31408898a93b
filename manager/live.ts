import { clientMessageSchema, type FleetStats, type ServerMessage } from "./api/model.ts";
import { proxySummaries, proxySummary } from "./api/views.ts";
import { fitting } from "./fitting.ts";
import { FleetTopic } from "./fleet_topic.ts";
import type { Registry } from "./registry.ts";
import { Topic } from "./topic.ts";

export const MAX_VIEWERS = 1_000;
export const MAX_SUBSCRIPTIONS = 16;
export const MAX_CLIENT_MESSAGE = 64 * 1024;
/** A viewer with more than this many bytes unsent gets nothing until it has caught up. */
export const MAX_BUFFERED = 256 * 1024;
/** A delta is sent at least this often, in milliseconds, so that a viewer knows it is connected. */
export const MAX_SILENCE_MS = 5_000;

const CLOSE_GOING_AWAY = 1001;
const CLOSE_POLICY = 1008;
const CLOSE_TOO_BIG = 1009;
const CLOSE_TRY_LATER = 1013;

/** What is used of a WebSocket. */
export interface ViewerSocket {
  readonly bufferedAmount: number;
  send(text: string): void;
  close(code: number, reason: string): void;
}

/** Whose connections a topic tells of: one proxy's, or with null the whole fleet's. */
type TopicName = string | null;

interface Viewer {
  socket: ViewerSocket;
  topics: Set<TopicName>;
  /** What it must get whole, in this order: {@link SNAPSHOT} or a topic's connections. */
  owed: Set<TopicName>;
  /** It did not keep up, so it gets nothing until it has. */
  behind: boolean;
}

// No proxy has an empty id.
const SNAPSHOT = "";

/** Viewers over WebSocket. Every message is encoded once, whatever the number of viewers. */
export class Live {
  #registry: Registry;
  #stats: () => FleetStats;
  #now: () => number;
  #viewers = new Map<ViewerSocket, Viewer>();
  #topics = new Map<TopicName, Topic | FleetTopic>();
  #changed = new Set<string>();
  #seq = 0;
  #snapshot: string | null = null;
  #deltaAtMs = -Infinity;

  constructor(registry: Registry, stats: () => FleetStats, now: () => number) {
    this.#registry = registry;
    this.#stats = stats;
    this.#now = now;
    registry.onChange((proxyId, connectionId) => this.#note(proxyId, connectionId));
  }

  get viewers(): number {
    return this.#viewers.size;
  }

  /** True if another viewer would be turned away. */
  get isFull(): boolean {
    return this.#viewers.size >= MAX_VIEWERS;
  }

  /** A viewer's socket has opened. */
  open(socket: ViewerSocket): void {
    if (this.isFull) return close(socket, CLOSE_TRY_LATER, "too many viewers");
    const topics = new Set<TopicName>();
    const viewer = { socket, topics, owed: new Set<TopicName>([SNAPSHOT]), behind: false };
    this.#viewers.set(socket, viewer);
    this.#pay(viewer);
  }

  /** A viewer's socket has closed or failed. */
  closed(socket: ViewerSocket): void {
    const viewer = this.#viewers.get(socket);
    if (!viewer) return;
    this.#viewers.delete(socket);
    for (const proxyId of viewer.topics) this.#leave(proxyId);
  }

  /** A viewer has sent something. */
  message(socket: ViewerSocket, data: unknown): void {
    const viewer = this.#viewers.get(socket);
    if (!viewer) return;
    if (sizeOf(data) > MAX_CLIENT_MESSAGE) {
      return this.#turnOut(viewer, CLOSE_TOO_BIG, "message too big");
    }
    const message = fitting(clientMessageSchema, parseJson(data));
    if (!message) return this.#turnOut(viewer, CLOSE_POLICY, "not a message of this API");
    const { type, proxy_id } = message;
    if (type === "subscribe") this.#subscribe(viewer, proxy_id);
    else this.#unsubscribe(viewer, proxy_id);
  }

  /** Sends what has changed; to be called at most once a second, and about that often. */
  flush(): void {
    const delta = this.#nextDelta();
    const texts = new Map<TopicName, string>();
    for (const [proxyId, topic] of this.#topics) {
      const text = topic.viewers === 0 ? null : topic.next(this.#now());
      if (text !== null) texts.set(proxyId, text);
      if (topic.viewers === 0) this.#topics.delete(proxyId);
    }
    for (const viewer of [...this.#viewers.values()]) this.#serve(viewer, delta, texts);
  }

  /** Ends every viewer with 1001. */
  stop(): void {
    for (const viewer of [...this.#viewers.values()]) {
      this.#turnOut(viewer, CLOSE_GOING_AWAY, "the manager stops");
    }
  }

  #note(proxyId: string, connectionId: number | null): void {
    const topic = this.#topics.get(proxyId);
    if (topic instanceof Topic) topic.note(connectionId);
    if (connectionId === null) {
      this.#changed.add(proxyId);
      return;
    }
    const fleet = this.#topics.get(null);
    if (fleet instanceof FleetTopic) fleet.note(proxyId, connectionId);
  }

  #nextDelta(): string | null {
    const now = this.#now();
    if (this.#changed.size === 0 && now - this.#deltaAtMs < MAX_SILENCE_MS) return null;
    const changed = [...this.#changed];
    this.#changed.clear();
    this.#snapshot = null;
    this.#deltaAtMs = now;
    this.#seq++;
    if (this.#viewers.size === 0) return null;
    const proxies = changed.flatMap((id) => {
      const entry = this.#registry.get(id);
      return entry ? [proxySummary(entry, now)] : [];
    });
    const removed = changed.filter((id) => !this.#registry.get(id));
    const stats = this.#stats();
    return encode({ type: "delta", seq: this.#seq, time: now / 1000, stats, proxies, removed });
  }

  #subscribe(viewer: Viewer, proxyId: TopicName): void {
    if (!viewer.topics.has(proxyId) && viewer.topics.size >= MAX_SUBSCRIPTIONS) {
      return this.#turnOut(viewer, CLOSE_POLICY, "too many subscriptions");
    }
    let topic = this.#topics.get(proxyId);
    if (!topic) {
      topic = proxyId === null
        ? new FleetTopic(this.#registry)
        : new Topic(this.#registry, proxyId);
      this.#topics.set(proxyId, topic);
    }
    if (!viewer.topics.has(proxyId)) topic.viewers++;
    viewer.topics.add(proxyId);
    viewer.owed.add(proxyId);
    if (!viewer.behind) this.#pay(viewer);
  }

  #unsubscribe(viewer: Viewer, proxyId: TopicName): void {
    viewer.owed.delete(proxyId);
    if (viewer.topics.delete(proxyId)) this.#leave(proxyId);
  }

  // The topic stays until the next flush, so that one who comes and goes is not encoded for each time.
  #leave(proxyId: TopicName): void {
    const topic = this.#topics.get(proxyId);
    if (topic) topic.viewers--;
  }

  #serve(viewer: Viewer, delta: string | null, texts: Map<TopicName, string>): void {
    const { socket, topics, owed } = viewer;
    const changes = [...topics].flatMap((id) => owed.has(id) ? [] : texts.get(id) ?? []);
    if (delta !== null && !owed.has(SNAPSHOT)) changes.unshift(delta);
    if (changes.length > 0 && socket.bufferedAmount > MAX_BUFFERED) viewer.behind = true;
    if (viewer.behind) {
      // What it already waits for stays first in line, so that in the end it gets all of it.
      for (const id of [SNAPSHOT, ...topics]) owed.add(id);
      if (socket.bufferedAmount > 0) return;
      viewer.behind = false;
    } else {
      for (const text of changes) this.#send(viewer, text);
    }
    this.#pay(viewer);
  }

  #pay(viewer: Viewer): void {
    for (const id of viewer.owed) {
      if (viewer.socket.bufferedAmount > MAX_BUFFERED) return;
      viewer.owed.delete(id);
      const topic = this.#topics.get(id);
      if (id === SNAPSHOT) this.#send(viewer, this.#snapshotText());
      else if (topic) this.#send(viewer, topic.full(this.#now()));
    }
  }

  #send(viewer: Viewer, text: string): void {
    try {
      viewer.socket.send(text);
    } catch {
      // It closed between two events; its close event, if it still comes, changes nothing.
      this.closed(viewer.socket);
    }
  }

  #turnOut(viewer: Viewer, code: number, reason: string): void {
    this.closed(viewer.socket);
    close(viewer.socket, code, reason);
  }

  #snapshotText(): string {
    // Reused until the next delta, which brings whatever has changed since it was made.
    if (this.#snapshot !== null) return this.#snapshot;
    const now = this.#now();
    return this.#snapshot = encode({
      type: "snapshot",
      seq: this.#seq,
      time: now / 1000,
      stats: this.#stats(),
      proxies: proxySummaries(this.#registry, now),
    });
  }
}

function encode(message: ServerMessage): string {
  return JSON.stringify(message);
}

function parseJson(data: unknown): unknown {
  if (typeof data !== "string") return undefined;
  try {
    return JSON.parse(data);
  } catch {
    return undefined;
  }
}

function sizeOf(data: unknown): number {
  if (typeof data === "string") return data.length;
  if (data instanceof ArrayBuffer) return data.byteLength;
  return data instanceof Blob ? data.size : 0;
}

function close(socket: ViewerSocket, code: number, reason: string): void {
  try {
    socket.close(code, reason);
  } catch {
    // Already closed, which is what was wanted.
  }
}
