import { strict as assert } from "node:assert";
import { eventually } from "../support/eventually.ts";
import { runToEnd } from "../support/executable.ts";
import { haveCurl, startProgram } from "../support/program.ts";

Deno.test({
  name: "The demo prints curl lines that work as they stand, and its proxies live in the manager",
  ignore: !haveCurl(),
}, async () => {
  await using demo = startProgram(["--demo"]);
  const lines = await eventually("the demo has printed its lines", () => {
    if (demo.exited) throw new Error(demo.stderr);
    const found = demo.stdout.match(/curl .*/g) ?? [];
    return found.length === 3 && found;
  });
  for (const line of lines) {
    const [command, ...args] = line.trim().split(" ");
    const { code, stdout, stderr } = await runToEnd(command, ["-sS", ...args], ".");
    assert.equal(code, 0, `${line}: ${stderr}`);
    assert.equal(stdout, "Hello from behind the proxy.\n");
  }
  const address = /http:\/\/\S+/.exec(demo.stdout)?.[0];
  assert.ok(address);
  const page = await fetch(address);
  assert.equal(page.status, 200);
  assert.match(await page.text(), /<div id="app">/);
  await eventually("all three proxies report traffic", async () => {
    const { active_proxies, proxies } = await (await fetch(new URL("api/stats", address))).json();
    return active_proxies === 3 &&
      proxies.every((proxy: { total_bytes_received: number }) => proxy.total_bytes_received > 0);
  });
  const { code } = await demo.terminate();
  if (Deno.build.os !== "windows") assert.equal(code, 0, demo.stderr);
});
