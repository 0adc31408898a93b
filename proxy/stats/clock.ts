import { pause } from "../net/pause.ts";

/** Time as the reporter sees it; a test brings its own. */
export interface Clock {
  /** Milliseconds since some fixed moment. */
  now(): number;
  /** Unix seconds, as the machine tells them. */
  unix(): number;
  /** Waits `ms` milliseconds, or until the signal is aborted. */
  wait(ms: number, signal: AbortSignal): Promise<void>;
}

export const SYSTEM_CLOCK: Clock = {
  now: () => performance.now(),
  unix: () => Date.now() / 1000,
  wait: pause,
};
