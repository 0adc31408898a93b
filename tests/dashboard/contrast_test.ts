import { strict as assert } from "node:assert";

const CSS = new URL("../../dashboard/styles/app.css", import.meta.url);

/** The colours of both themes by name. */
async function themes(): Promise<Record<"light" | "dark", Map<string, string>>> {
  const pairs = (await Deno.readTextFile(CSS)).matchAll(
    /--([a-z-]+): light-dark\((#[0-9a-f]{6}), (#[0-9a-f]{6})\)/g,
  );
  const found = { light: new Map<string, string>(), dark: new Map<string, string>() };
  for (const [, name, light, dark] of pairs) {
    found.light.set(name, light);
    found.dark.set(name, dark);
  }
  return found;
}

/** WCAG 2.2's relative luminance. */
function luminance(hex: string): number {
  const [r, g, b] = [1, 3, 5].map((at) => {
    const c = parseInt(hex.slice(at, at + 2), 16) / 255;
    return c <= 0.04045 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4;
  });
  return 0.2126 * r + 0.7152 * g + 0.0722 * b;
}

function contrast(a: string, b: string): number {
  const [dark, light] = [luminance(a), luminance(b)].sort((x, y) => x - y);
  return (light + 0.05) / (dark + 0.05);
}

async function assertContrast(names: string[], grounds: string[], least: number) {
  for (const [theme, colors] of Object.entries(await themes())) {
    for (const name of names) {
      for (const ground of grounds) {
        const [color, behind] = [colors.get(name), colors.get(ground)];
        assert.ok(color && behind, `${name} and ${ground} are colours of the ${theme} theme`);
        const ratio = contrast(color, behind);
        assert.ok(ratio >= least, `${name} on ${ground}, ${theme}: ${ratio.toFixed(2)}`);
      }
    }
  }
}

Deno.test("app.css gives text a contrast of 4.5 in both themes", async () => {
  await assertContrast(
    ["ink", "muted", "accent", "ok", "warn", "bad"],
    ["page", "surface", "raised"],
    4.5,
  );
  await assertContrast(["ink", "warn"], ["warn-tint"], 4.5);
});

Deno.test("app.css gives lines and signs that carry meaning a contrast of 3 in both themes", async () => {
  await assertContrast(["received", "sent", "edge"], ["page", "surface"], 3);
});
