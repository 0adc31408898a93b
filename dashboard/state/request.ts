/** One question to the manager at a time, and its answer, as a pure reducer. */

/** Why there is no answer: the API's code, or `unreachable`, and its words. */
export interface Failure {
  code: string;
  message: string;
}

/** What was asked for last and what is known; an older answer stays until the new one is there. */
export interface Request<T> {
  key: string;
  /** The question that `value` answers. */
  answered: string;
  value: T | null;
  asking: boolean;
  failure: Failure | null;
}

export type RequestAction<T> =
  | { type: "ask"; key: string }
  | { type: "answer"; key: string; value: T }
  | { type: "fail"; key: string; failure: Failure };

/** Nothing asked yet. */
export function noRequest<T>(): Request<T> {
  return { key: "", answered: "", value: null, asking: false, failure: null };
}

/** The state after an action; an answer to a question that was given up changes nothing. */
export function reduceRequest<T>(state: Request<T>, action: RequestAction<T>): Request<T> {
  if (action.type === "ask") {
    // The same question again is asked in silence, and what was wrong stands until that is known.
    const failure = action.key === state.key ? state.failure : null;
    return { ...state, key: action.key, asking: true, failure };
  }
  if (action.key !== state.key) return state;
  if (action.type === "fail") return { ...state, asking: false, failure: action.failure };
  return {
    ...{ key: state.key, answered: action.key, value: action.value },
    ...{ asking: false, failure: null },
  };
}
