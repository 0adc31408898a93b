import { strict as assert } from "node:assert";
import { eventually } from "../support/eventually.ts";
import { runToEnd } from "../support/executable.ts";
import { haveCurl, startProgram } from "../support/program.ts";

Deno.test({
  name:
    "The demo prints curl lines that work as they stand, and its proxies live in the manager and take its orders",
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
  const order = { method: "POST", headers: { "content-type": "application/json" } };
  const stopped = await eventually("all three proxies take orders", async () => {
    const { proxies } = await (await fetch(new URL("api/control", address))).json();
    if (proxies.length < 3) return false;
    const id = proxies.find(({ proxy_id }: { proxy_id: string }) => proxy_id.includes("socks5"));
    const body = JSON.stringify({ proxies: [id.proxy_id] });
    return (await fetch(new URL("api/control/stop", address), { ...order, body })).json();
  });
  assert.equal(stopped.results[0].outcome, "done");
  await eventually("one of them has stopped, and the others have not", async () => {
    const { active_proxies } = await (await fetch(new URL("api/stats", address))).json();
    return active_proxies === 2;
  });
  assert.equal(demo.exited, false, demo.stderr);
  const { code } = await demo.terminate();
  if (Deno.build.os !== "windows") assert.equal(code, 0, demo.stderr);
});
