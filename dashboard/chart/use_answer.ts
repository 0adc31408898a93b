import { useEffect, useReducer, useState } from "preact/hooks";
import type { Answer } from "../api/history.ts";
import { noRequest, reduceRequest, type Request, type RequestAction } from "../state/request.ts";
import { useStore } from "../state/store.ts";

/** How long an answer may take until that is told, in milliseconds. */
const SLOW_MS = 300;

/** What is known, and how to ask again. */
export interface Asked<T> extends Request<T> {
  /** It takes long enough to say so. */
  slow: boolean;
  retry: () => void;
}

/**
 * Asks the manager while the component is shown: when the key or the turn changes, and when the link
 * is back; what is asked no longer is given up. A key of null asks nothing.
 */
export function useAnswer<T>(
  key: string | null,
  turn: number,
  ask: (signal: AbortSignal) => Promise<Answer<T>>,
): Asked<T> {
  const { phase, stats } = useStore().fleet.value;
  const [state, act] = useReducer<Request<T>, RequestAction<T>>(reduceRequest, noRequest());
  const [slow, setSlow] = useState(false);
  const [retries, setRetries] = useState(0);
  // Before the first message the manager's clock is not known.
  const isReady = stats !== null && phase === "live" && key !== null;
  useEffect(() => {
    if (!isReady || key === null) return;
    const stop = new AbortController();
    act({ type: "ask", key });
    ask(stop.signal).then((answer) => {
      if (stop.signal.aborted) return;
      if ("value" in answer) act({ type: "answer", key, value: answer.value });
      else act({ type: "fail", key, failure: answer.failure });
    });
    return () => stop.abort();
  }, [key, turn, retries, isReady]);
  // Asking the same again goes on unseen.
  const isWaiting = state.asking && state.answered !== state.key;
  useEffect(() => {
    if (!isWaiting) return;
    const timer = setTimeout(() => setSlow(true), SLOW_MS);
    return () => {
      clearTimeout(timer);
      setSlow(false);
    };
  }, [isWaiting, state.key]);
  return { ...state, slow, retry: () => setRetries(retries + 1) };
}
