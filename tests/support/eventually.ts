const DEADLINE_MS = 15_000;
const STEP_MS = 20;

/** What `attempt` returns as soon as it neither throws nor returns undefined or false; throws past a deadline. */
export async function eventually<T>(
  what: string,
  attempt: () => T | Promise<T>,
  deadlineMs = DEADLINE_MS,
): Promise<Exclude<T, undefined | false>> {
  const deadline = Date.now() + deadlineMs;
  let last: unknown;
  while (Date.now() < deadline) {
    try {
      const result = await attempt();
      if (result !== undefined && result !== false) return result as Exclude<T, undefined | false>;
    } catch (error) {
      last = error;
    }
    await new Promise((resolve) => setTimeout(resolve, STEP_MS));
  }
  throw new Error(`${what}: not within ${deadlineMs / 1000} s`, { cause: last });
}

/** What the promise brings; throws if it has not within the deadline. */
export async function within<T>(
  what: string,
  promise: Promise<T>,
  deadlineMs = DEADLINE_MS,
): Promise<T> {
  let timer: ReturnType<typeof setTimeout> | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(
      () => reject(new Error(`${what}: not within ${deadlineMs / 1000} s`)),
      deadlineMs,
    );
  });
  try {
    return await Promise.race([promise, late]);
  } finally {
    clearTimeout(timer);
  }
}

/** A promise that runs beside the test: its failure shows where it is awaited, and ends nothing before. */
export function beside<T>(promise: Promise<T>): Promise<T> {
  promise.catch(() => {});
  return promise;
}
