/** How a button above a table looks. */
export const TOOL =
  "flex h-9 shrink-0 items-center gap-1.5 rounded-lg border border-edge bg-surface px-3 whitespace-nowrap hover:bg-raised sm:h-8";
