import { computed, effect, type ReadonlySignal, signal } from "@preact/signals";
import type { SettingsStore } from "./settings.ts";

/** Light or dark. */
export interface Look {
  /** True while the page is dark: by the system's choice, or by what the reader chose against it. */
  dark: ReadonlySignal<boolean>;
  /** Changes to the other one, which is a choice only while it differs from the system's. */
  toggle(): void;
}

/** Hangs the theme and the density on <html>, where the style sheet's variables follow them. */
export function applyLook(root: HTMLElement, settings: SettingsStore): Look {
  const media = matchMedia("(prefers-color-scheme: dark)");
  const system = signal(media.matches);
  media.addEventListener("change", () => system.value = media.matches);
  effect(() => {
    const { theme, density } = settings.value.value;
    root.classList.toggle("dark", theme === "dark");
    root.classList.toggle("light", theme === "light");
    root.classList.toggle("compact", density === "compact");
  });
  const dark = computed(() => {
    const { theme } = settings.value.value;
    return theme === "system" ? system.value : theme === "dark";
  });
  return {
    dark,
    toggle() {
      const next = !dark.value;
      settings.change({ theme: next === system.value ? "system" : next ? "dark" : "light" });
    },
  };
}
