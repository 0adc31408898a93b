import { computed, type ReadonlySignal, signal } from "@preact/signals";
import { type Label, labelFinder, labelsText, parseLabels } from "./labels.ts";

const KEY = "labels";
/** More is not read back: the labels that there may be take less. */
const MAX_TEXT = 40_000;

/** The reader's labels, kept in this browser. */
export interface LabelStore {
  labels: ReadonlySignal<readonly Label[]>;
  /** The name of an address; empty where it has none. */
  find: ReadonlySignal<(address: string) => string>;
  set(labels: readonly Label[]): void;
}

/** The labels of this browser; without a storage, or one that refuses, they hold until the page is left. */
export function createLabels(storage: () => Pick<Storage, "getItem" | "setItem">): LabelStore {
  const labels = signal(read(storage));
  return {
    labels,
    find: computed(() => labelFinder(labels.value)),
    set(next) {
      labels.value = next;
      try {
        storage().setItem(KEY, labelsText(next));
      } catch {
        // Forbidden or full: they hold until the page is left.
      }
    },
  };
}

function read(storage: () => Pick<Storage, "getItem">): readonly Label[] {
  try {
    const text = storage().getItem(KEY) ?? "";
    const parsed = parseLabels(text.slice(0, MAX_TEXT));
    return "labels" in parsed ? parsed.labels : [];
  } catch {
    return []; // The browser forbids it, which `localStorage` tells by throwing.
  }
}
