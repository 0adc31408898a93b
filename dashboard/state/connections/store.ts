import { type ReadonlySignal, signal } from "@preact/signals";
import type { ServerMessage } from "../../../manager/api/model.ts";
import type { Watched } from "../../api/socket.ts";
import { finish, runSliced, type Steps } from "../table/steps.ts";
import { ConnectionFeed } from "./feed.ts";

/** The connections of the page that is open, as they come over the WebSocket. */
export class ConnectionStore {
  readonly #intervalOf: (proxyId: string) => number | undefined;
  readonly #feed = signal(new ConnectionFeed());
  /** Grows with each message that was taken whole. */
  readonly #version = signal(0);
  #watched: Watched;
  /** What is being taken, and how to stop that. */
  #pending: { steps: Steps<void>; cancel: () => void } | null = null;

  /** `intervalOf` gives the seconds between two reports of a proxy. */
  constructor(intervalOf: (proxyId: string) => number | undefined) {
    this.#intervalOf = intervalOf;
  }

  get feed(): ReadonlySignal<ConnectionFeed> {
    return this.#feed;
  }

  get version(): ReadonlySignal<number> {
    return this.#version;
  }

  /** Begins with nothing where others are watched than before. */
  watch(watched: Watched): void {
    if (watched === this.#watched) return;
    this.#watched = watched;
    this.clear();
  }

  /** Forgets everything: the reader has left. */
  clear(): void {
    this.#pending?.cancel();
    this.#pending = null;
    this.#feed.value = new ConnectionFeed(this.#intervalOf);
  }

  /** Takes a message about those that are watched, in slices; others are nothing to it. */
  take(message: ServerMessage): void {
    if (message.type !== "connections" && message.type !== "fleet_connections") return;
    const of = message.type === "connections" ? message.proxy_id : null;
    if (of !== this.#watched) return;
    this.#finishPending();
    const steps = this.#feed.peek().apply(message);
    const pending = { steps, cancel: () => {} };
    this.#pending = pending;
    pending.cancel = runSliced(steps, () => {
      if (this.#pending === pending) this.#pending = null;
      this.#version.value++;
    });
  }

  /** Messages are taken in their order; where the page is hidden, its timers may be slower than they come. */
  #finishPending(): void {
    if (!this.#pending) return;
    this.#pending.cancel();
    finish(this.#pending.steps);
    this.#pending = null;
  }
}
