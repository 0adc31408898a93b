import { type ReadonlySignal, signal } from "@preact/signals";

/** What a reader chose; every value has a default that follows the device. */
export interface Settings {
  theme: "system" | "light" | "dark";
  density: "comfortable" | "compact";
  /** Whether rates are told in bytes or in bits a second; sizes are always bytes. */
  rates: "bytes" | "bits";
  /** Powers of 1,000 (kB) or of 1,024 (KiB). */
  units: "decimal" | "binary";
  /** A name of the IANA database; empty for the device's own. */
  timeZone: string;
  /** A language's tag; empty for the browser's. */
  language: string;
  /** Whether single keys do something (WCAG 2.1.4 wants a way to turn them off). */
  shortcuts: boolean;
}

export const DEFAULT_SETTINGS: Settings = {
  theme: "system",
  density: "comfortable",
  rates: "bytes",
  units: "decimal",
  timeZone: "",
  language: "",
  shortcuts: true,
};

/** Where the settings are kept between visits. */
export const SETTINGS_KEY = "settings";

/** The settings in a stored text; what is missing, unknown or of another time is the default. */
export function parseSettings(text: string | null): Settings {
  const stored = record(text);
  const one = <T>(name: keyof Settings, allowed: readonly T[]): T =>
    allowed.find((value) => value === stored[name]) ?? DEFAULT_SETTINGS[name] as T;
  const { timeZone, language } = stored;
  return {
    theme: one("theme", ["system", "light", "dark"]),
    density: one("density", ["comfortable", "compact"]),
    rates: one("rates", ["bytes", "bits"]),
    units: one("units", ["decimal", "binary"]),
    timeZone: typeof timeZone === "string" && isTimeZone(timeZone) ? timeZone : "",
    language: typeof language === "string" && /^[A-Za-z-]{2,20}$/.test(language) ? language : "",
    shortcuts: one("shortcuts", [true, false]),
  };
}

function record(text: string | null): Record<string, unknown> {
  try {
    const value: unknown = JSON.parse(text ?? "{}");
    return typeof value === "object" && value !== null ? value as Record<string, unknown> : {};
  } catch {
    return {};
  }
}

/** True for a time zone that this browser knows. */
export function isTimeZone(name: string): boolean {
  if (name.length > 64) return false;
  try {
    new Intl.DateTimeFormat("en", { timeZone: name });
    return true;
  } catch {
    return false;
  }
}

/** The part of `Storage` that settings need. */
export type SettingsStorage = Pick<Storage, "getItem" | "setItem">;

/** The settings and how they change. */
export interface SettingsStore {
  value: ReadonlySignal<Settings>;
  change(changes: Partial<Settings>): void;
}

/** The settings of this visit; without a storage, or one that refuses, they hold until the page is left. */
export function createSettings(storage: () => SettingsStorage): SettingsStore {
  const value = signal(parseSettings(read(storage)));
  return {
    value,
    change(changes) {
      value.value = { ...value.value, ...changes };
      try {
        storage().setItem(SETTINGS_KEY, JSON.stringify(value.value));
      } catch {
        // Forbidden or full: the choice holds until the page is left.
      }
    },
  };
}

function read(storage: () => SettingsStorage): string | null {
  try {
    return storage().getItem(SETTINGS_KEY);
  } catch {
    return null; // The browser forbids it, which `localStorage` tells by throwing.
  }
}
