/** The program's worker, which all the manager's threads run; in the executable its bundle stands beside the program's. */
export const PROGRAM_WORKER = new URL(
  import.meta.url.replace(/(manager\/program_worker|main)(\.\w+)$/, "worker$2"),
);
