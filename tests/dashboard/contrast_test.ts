import { strict as assert } from "node:assert";

const CSS = new URL("../../dashboard/styles/app.css", import.meta.url);

/** The colours of both themes by name. */
async function themes(): Promise<Record<"light" | "dark", Map<string, string>>> {
  const pairs = (await Deno.readTextFile(CSS)).matchAll(
    /--([a-z0-9-]+): light-dark\((#[0-9a-f]{6}), (#[0-9a-f]{6})\)/g,
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

const BANDS = Array.from({ length: 8 }, (_, i) => `band-${i + 1}`);

Deno.test("app.css gives the bands of a chart a contrast of 3 in both themes", async () => {
  await assertContrast(BANDS, ["page", "surface"], 3);
});

/** Machado, Oliveira and Fernandes (2009), at full severity, on linear light. */
const VISIONS = {
  usual: [[1, 0, 0], [0, 1, 0], [0, 0, 1]],
  protan: [[0.152, 1.053, -0.205], [0.115, 0.786, 0.099], [-0.004, -0.048, 1.052]],
  deutan: [[0.367, 0.861, -0.228], [0.28, 0.673, 0.047], [-0.012, 0.043, 0.969]],
  tritan: [[1.256, -0.077, -0.179], [-0.078, 0.931, 0.148], [0.005, 0.691, 0.304]],
};

/** A colour as someone sees it, in OKLab times 100, where a difference of 2 is just seen. */
function seen(hex: string, vision: number[][]): number[] {
  const times = (matrix: number[][], v: number[]) =>
    matrix.map((row) => row.reduce((sum, n, i) => sum + n * v[i], 0));
  const light = [1, 3, 5].map((at) => {
    const c = parseInt(hex.slice(at, at + 2), 16) / 255;
    return c <= 0.04045 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4;
  });
  const cones = times(
    [[0.4122, 0.5363, 0.0514], [0.2119, 0.6807, 0.1074], [0.0883, 0.2817, 0.63]],
    times(vision, light).map((n) => Math.max(0, n)),
  ).map(Math.cbrt);
  return times(
    [[0.2105, 0.7936, -0.0041], [1.978, -2.4286, 0.4506], [0.0259, 0.7828, -0.8087]],
    cones,
  ).map((n) => 100 * n);
}

Deno.test("app.css gives the bands of a chart colours that nobody takes for one another", async () => {
  for (const [theme, colors] of Object.entries(await themes())) {
    for (const [name, vision] of Object.entries(VISIONS)) {
      const bands = BANDS.map((band) => seen(colors.get(band)!, vision));
      for (const [i, a] of bands.entries()) {
        for (const [j, b] of bands.slice(0, i).entries()) {
          const distance = Math.hypot(...a.map((n, k) => n - b[k]));
          assert.ok(distance > 8, `${theme}, ${name}: ${BANDS[i]} and ${BANDS[j]} ${distance}`);
        }
      }
    }
  }
});
