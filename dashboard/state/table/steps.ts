/**
 * Work in small steps: a generator that yields after each, so that a table of many thousand rows is
 * filtered and sorted between frames and not in one of them. Slices rather than a Worker: the rows
 * change in place each second, and handing a Worker copies of them takes longer than the work.
 */
export type Steps<T> = Generator<undefined, T, undefined>;

/** How many rows a step may look at. */
export const STEP_ROWS = 500;

/** What the steps come to, all at once. */
export function finish<T>(steps: Steps<T>): T {
  for (;;) {
    const { done, value } = steps.next();
    if (done) return value;
  }
}

/** Longest that the page is held at a time, in milliseconds: a part of a frame. */
const SLICE_MS = 6;

/** What a {@link runSliced} takes from its surroundings. */
export interface Slicing {
  /** Milliseconds, of any beginning. */
  clock(): number;
  /** Calls back soon, once others have had their turn. */
  later(work: () => void): void;
}

/** A page's own. */
export const BROWSER: Slicing = {
  clock: () => performance.now(),
  later: (work) => void setTimeout(work, 0),
};

/** Takes the steps in slices, the first at once; returns what ends them before they are done. */
export function runSliced<T>(
  steps: Steps<T>,
  done: (result: T) => void,
  { clock, later }: Slicing = BROWSER,
): () => void {
  let cancelled = false;
  let turns = 0;
  const slice = () => {
    const until = clock() + SLICE_MS;
    while (!cancelled) {
      const { done: isDone, value } = steps.next();
      // What follows a long work, such as drawing what came of it, has a turn of its own.
      if (isDone) return turns === 0 ? done(value) : later(() => cancelled || done(value));
      if (clock() < until) continue;
      turns++;
      return later(slice);
    }
  };
  slice();
  return () => {
    cancelled = true;
  };
}
