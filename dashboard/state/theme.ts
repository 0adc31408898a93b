import { computed, type ReadonlySignal, signal } from "@preact/signals";

/** Light or dark: the system's choice, or what the reader chose against it. */
export interface Theme {
  dark: ReadonlySignal<boolean>;
  /** Changes to the other one, and remembers it while it differs from the system's. */
  toggle(): void;
}

const KEY = "theme";

/** The theme of the page: sets the class on <html> that the colours hang on. */
export function createTheme(root: HTMLElement): Theme {
  const media = matchMedia("(prefers-color-scheme: dark)");
  const system = signal(media.matches);
  const chosen = signal(recall());
  const dark = computed(() => chosen.value === null ? system.value : chosen.value === "dark");
  const apply = () => {
    root.classList.toggle("dark", chosen.value === "dark");
    root.classList.toggle("light", chosen.value === "light");
  };
  media.addEventListener("change", () => system.value = media.matches);
  apply();
  return {
    dark,
    toggle() {
      const next = !dark.value;
      chosen.value = next === system.value ? null : next ? "dark" : "light";
      apply();
      remember(chosen.value);
    },
  };
}

type Choice = "light" | "dark" | null;

function recall(): Choice {
  try {
    const text = localStorage.getItem(KEY);
    return text === "light" || text === "dark" ? text : null;
  } catch {
    return null; // Storage is forbidden by the reader's settings; the system decides then.
  }
}

function remember(choice: Choice): void {
  try {
    if (choice === null) localStorage.removeItem(KEY);
    else localStorage.setItem(KEY, choice);
  } catch {
    // Storage is forbidden or full: the choice holds until the page is left.
  }
}
