import { strict as assert } from "node:assert";
import {
  createSettings,
  DEFAULT_SETTINGS,
  parseSettings,
  SETTINGS_KEY,
} from "../../../dashboard/state/settings.ts";

function memory(text: string | null) {
  const items = new Map(text === null ? [] : [[SETTINGS_KEY, text]]);
  return {
    items,
    getItem: (key: string) => items.get(key) ?? null,
    setItem: (key: string, value: string) => void items.set(key, value),
  };
}

Deno.test("parseSettings takes what it knows and the default for the rest", () => {
  for (const text of [null, "", "{", "null", "[]", '"dark"', '{"theme":"pink","units":7}']) {
    assert.deepEqual(parseSettings(text), DEFAULT_SETTINGS, String(text));
  }
  const stored = {
    theme: "dark",
    density: "compact",
    rates: "bits",
    units: "binary",
    timeZone: "Asia/Kolkata",
    language: "pt-BR",
    shortcuts: false,
  };
  assert.deepEqual(parseSettings(JSON.stringify({ ...stored, more: 1 })), stored);
});

Deno.test("parseSettings refuses a time zone that no clock knows", () => {
  for (const timeZone of ["Mars/Olympus", "x".repeat(1000), 7, null]) {
    assert.equal(parseSettings(JSON.stringify({ timeZone })).timeZone, "");
  }
});

Deno.test("createSettings keeps what is changed for the next visit", () => {
  const storage = memory('{"theme":"dark"}');
  const settings = createSettings(() => storage);
  settings.change({ rates: "bits" });
  assert.deepEqual(settings.value.value, { ...DEFAULT_SETTINGS, theme: "dark", rates: "bits" });
  assert.deepEqual(createSettings(() => storage).value.value, settings.value.value);
});

Deno.test("createSettings holds for the visit where the storage is forbidden or full", () => {
  const forbidden = createSettings(() => {
    throw new Error("SecurityError");
  });
  forbidden.change({ theme: "dark" });
  assert.equal(forbidden.value.value.theme, "dark");
  const full = createSettings(() => ({
    getItem: () => null,
    setItem: () => {
      throw new Error("QuotaExceededError");
    },
  }));
  full.change({ units: "binary" });
  assert.equal(full.value.value.units, "binary");
});
