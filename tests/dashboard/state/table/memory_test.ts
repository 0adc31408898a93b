import { strict as assert } from "node:assert";
import {
  type ChoiceStorage,
  parseChoice,
  rememberChoice,
} from "../../../../dashboard/state/table/memory.ts";

function storage(): ChoiceStorage & { kept: Map<string, string> } {
  const kept = new Map<string, string>();
  return {
    kept,
    getItem: (key) => kept.get(key) ?? null,
    setItem: (key, value) => void kept.set(key, value),
    removeItem: (key) => void kept.delete(key),
  };
}

Deno.test("parseChoice takes what it wrote, and nothing else", () => {
  const table: [text: string | null, choice: Record<string, boolean>][] = [
    ['{"user":false,"id":true}', { user: false, id: true }],
    ['{"user":1,"id":true}', { id: true }],
    [null, {}],
    ["", {}],
    ["[", {}],
    ["null", {}],
    ["7", {}],
    [`{"user":false${" ".repeat(5_000)}}`, {}],
  ];
  for (const [text, choice] of table) assert.deepEqual(parseChoice(text), choice, String(text));
});

Deno.test("rememberChoice keeps a table's columns for the next visit, apart from other tables'", () => {
  const shared = storage();
  rememberChoice("connections", () => shared).set({ user: false });
  assert.deepEqual(rememberChoice("connections", () => shared).value.value, { user: false });
  assert.deepEqual(rememberChoice("proxies", () => shared).value.value, {});
  rememberChoice("connections", () => shared).set({});
  assert.equal(shared.kept.size, 0, "the usual is not kept");
});

Deno.test("rememberChoice goes without a storage that refuses", () => {
  const refused = () => {
    throw new DOMException("no", "SecurityError");
  };
  const choice = rememberChoice("connections", refused);
  choice.set({ user: false });
  assert.deepEqual(choice.value.value, { user: false });
});
