/** How a field of a dialog looks. */
export const FIELD =
  "h-9 w-full rounded-lg border border-edge bg-surface px-3 text-base sm:text-sm";
/** The same for a list to choose from. */
export const SELECT =
  "h-9 w-full rounded-lg border border-edge bg-surface px-2 text-base sm:text-sm";
