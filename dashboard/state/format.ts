import { computed, type ReadonlySignal } from "@preact/signals";
import { createFormat, type Format } from "../format.ts";
import { locale } from "../words/words.ts";
import type { Settings } from "./settings.ts";
import { useStore } from "./store.ts";

/** The reader's formats, made anew only when the settings change. */
export function followFormat(settings: ReadonlySignal<Settings>): ReadonlySignal<Format> {
  const options = computed(() => {
    const { timeZone, rates, units } = settings.value;
    return JSON.stringify({ locale, timeZone, rates, units });
  });
  return computed(() => createFormat(JSON.parse(options.value)));
}

/** How numbers, sizes and times are written for this reader. */
export function useFormat(): Format {
  return useStore().format.value;
}
