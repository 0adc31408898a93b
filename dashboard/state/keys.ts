import { type ReadonlySignal, signal } from "@preact/signals";
import { useEffect, useRef } from "preact/hooks";
import { useStore } from "./store.ts";

/** One key, or several after each other with spaces between: `/`, `g f`. */
export interface Binding {
  keys: string;
  description: string;
  run: () => void;
}

/** What a key means after those pressed before it: something to do, or a beginning, or nothing. */
export interface Match {
  binding: Binding | null;
  pending: string;
}

/** Looks up a key; `pending` is what has been pressed of a longer one. The latest binding wins. */
export function matchKey(bindings: readonly Binding[], pending: string, key: string): Match {
  const pressed = pending === "" ? key : `${pending} ${key}`;
  const binding = bindings.findLast(({ keys }) => keys === pressed);
  if (binding !== undefined) return { binding, pending: "" };
  if (bindings.some(({ keys }) => keys.startsWith(`${pressed} `))) {
    return { binding: null, pending: pressed };
  }
  // `g` and then something else: that may be the beginning of another.
  return pending === "" ? { binding: null, pending: "" } : matchKey(bindings, "", key);
}

/** A beginning is forgotten after so many milliseconds. */
const PATIENCE_MS = 1500;

/** The keys that do something at the moment, as long as those who want them are shown. */
export class Keys {
  readonly #bindings = signal<readonly Binding[]>([]);
  #pending = "";
  #pressedAt = 0;

  /** Those of the moment, in the order in which they came. */
  get bindings(): ReadonlySignal<readonly Binding[]> {
    return this.#bindings;
  }

  /** Adds one; the returned function takes it away. */
  add(binding: Binding): () => void {
    this.#bindings.value = [...this.#bindings.peek(), binding];
    return () => this.#bindings.value = this.#bindings.peek().filter((b) => b !== binding);
  }

  /** Does what the pressed key means; true if it meant anything. `at` in milliseconds. */
  press(key: string, at: number): boolean {
    const pending = at - this.#pressedAt > PATIENCE_MS ? "" : this.#pending;
    const match = matchKey(this.#bindings.peek(), pending, key);
    this.#pending = match.pending;
    this.#pressedAt = at;
    match.binding?.run();
    return match.binding !== null || match.pending !== "";
  }
}

/** Has the page's keys do what is bound to them, but where one types or a dialog is open. */
export function listenForKeys(keys: Keys, areOn: () => boolean): void {
  addEventListener("keydown", (event) => {
    if (event.defaultPrevented || event.ctrlKey || event.metaKey || event.altKey) return;
    if (!areOn() || event.isComposing || isTyping(event.target)) return;
    if (event.key === "Shift" || document.querySelector("dialog:modal") !== null) return;
    if (keys.press(event.key, event.timeStamp)) event.preventDefault();
  });
}

function isTyping(target: EventTarget | null): boolean {
  return target instanceof Element &&
    target.matches("input:not([type=checkbox], [type=radio]), textarea, select, [contenteditable]");
}

/** Binds a key for as long as the component is shown; the help dialog lists it by its description. */
export function useKey(keys: string, run: () => void, description: string): void {
  const store = useStore();
  const latest = useRef(run);
  latest.current = run;
  useEffect(
    () => store.keys.add({ keys, description, run: () => latest.current() }),
    [keys, description],
  );
}
