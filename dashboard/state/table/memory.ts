import { signal } from "@preact/signals";
import type { ColumnChoice } from "./columns.ts";

/** The part of `Storage` that is needed. */
export type ChoiceStorage = Pick<Storage, "getItem" | "setItem" | "removeItem">;

/** More columns no table has; what somebody else wrote there is not taken. */
const MAX_STORED = 4_000;

/** The choice of columns in a stored text; nothing where it is none. */
export function parseChoice(text: string | null): ColumnChoice {
  try {
    const value: unknown = text === null || text.length > MAX_STORED ? null : JSON.parse(text);
    if (typeof value !== "object" || value === null) return {};
    return Object.fromEntries(
      Object.entries(value).filter(([, shown]) => typeof shown === "boolean"),
    );
  } catch {
    return {};
  }
}

/** A table's columns as the reader chose them, remembered under `columns.<table>` where storage is allowed. */
export function rememberChoice(table: string, storage: () => ChoiceStorage = () => localStorage) {
  const key = `columns.${table}`;
  const read = () => {
    try {
      return parseChoice(storage().getItem(key));
    } catch {
      return {}; // Storage is forbidden by the reader's settings.
    }
  };
  const value = signal<ColumnChoice>(read());
  return {
    value,
    set(choice: ColumnChoice) {
      value.value = choice;
      try {
        if (Object.keys(choice).length === 0) storage().removeItem(key);
        else storage().setItem(key, JSON.stringify(choice));
      } catch {
        // Forbidden or full: the choice holds until the page is left.
      }
    },
  };
}
