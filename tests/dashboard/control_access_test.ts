import { strict as assert } from "node:assert";
import { ends, isServed, openEcho, openFrom } from "../support/control.ts";
import { echo, startTcp } from "../support/tcp.ts";
import { assertAccessible } from "./accessibility.ts";
import { browserTest, noSidewaysScroll, PHONE } from "./browser.ts";
import {
  audited,
  choose,
  CONTROL,
  controlled,
  dialogOf,
  startEdge,
  told,
} from "./control_support.ts";

browserTest("Dashboard shows and changes access, and ends what it no longer allows", async (d) => {
  await using target = startTcp(echo);
  await using edge = startEdge(d, "tcp", "edge-1", {
    ...{ target: target.address, access: ["--allow 127.0.0.0/8"] },
  });
  await controlled(d, "edge-1");
  await d.page.goto(`${d.origin}/#/proxy/edge-1`);
  await d.page.getByRole("tab", { name: "Access" }).click();
  const rules = d.page.getByRole("list", { name: "Who may connect, and where to" });
  await rules.getByText("--allow 127.0.0.0/8").waitFor();
  await assertAccessible(d.page, "access");
  using conn = await openEcho(edge.port);

  await d.page.getByRole("button", { name: "Change access…" }).click();
  const dialog = dialogOf(d.page, "Change access: edge-1");
  const text = dialog.getByLabel("Rules, one a line, as flags write them");
  await dialog.getByRole("button", { name: "Set 1 rule at 1 proxy" }).waitFor();
  assert.equal(await text.inputValue(), "--allow 127.0.0.0/8");
  await text.fill("--allow nonsense");
  await dialog.getByRole("button", { name: "Set 1 rule at 1 proxy" }).click();
  await dialog.getByRole("alert").getByText("nonsense").waitFor();
  await assertAccessible(d.page, "a wrong rule");
  await text.fill("--deny 127.0.0.1\n\n--allow 127.0.0.0/8\n");
  await dialog.getByLabel("End connections that the rules no longer allow").check();
  await dialog.getByRole("button", { name: "Set 2 rules at 1 proxy" }).click();
  await told(d.page, "edge-1: 2 rules set; 1 connection closed");
  await ends(conn);
  assert.ok(!await isServed(edge.port));
  await rules.getByText("--deny 127.0.0.1").waitFor();

  await d.page.getByRole("button", { name: "Change access…" }).click();
  await dialog.getByRole("button", { name: "Set 2 rules at 1 proxy" }).waitFor();
  await text.fill("");
  await dialog.getByRole("button", { name: "Set 0 rules at 1 proxy" }).click();
  await told(d.page, "edge-1: 0 rules set");
  await d.page.getByText("There is no rule.").waitFor();
  assert.ok(await isServed(edge.port));
  assert.deepEqual(await audited(d), ["set_access edge-1 done", "set_access edge-1 done"]);
  assert.deepEqual(d.errors.filter((error) => !error.includes("400")), []);
}, CONTROL);

for (const [device, context] of [["a desktop", undefined], ["a phone", PHONE]] as const) {
  browserTest(
    `Dashboard blocks a client on ${device}, shows it, and lets it in again`,
    async (d) => {
      await using target = startTcp(echo);
      await using edge = startEdge(d, "tcp", "edge-1", {
        ...{ target: target.address, acceptProxy: "127.0.0.1" },
      });
      await controlled(d, "edge-1");
      using conn = await openFrom("192.0.2.7", edge.port);
      using other = await openFrom("192.0.2.8", edge.port);
      await d.page.goto(`${d.origin}/#/proxy/edge-1?tab=access`);
      await d.page.getByText("No client is blocked.").waitFor();
      await d.page.getByRole("button", { name: "Block a client…" }).click();
      const dialog = dialogOf(d.page, "Block a client: edge-1");
      await dialog.getByLabel("Client").fill("192.0.2.7");
      await assertAccessible(d.page, "block");
      await dialog.getByRole("button", { name: /^Block 192\.0\.2\.7/ }).click();
      await told(d.page, /^edge-1: 192\.0\.2\.7 blocked for 3600 s; 1 connection closed$/);
      await ends(conn);
      await assert.rejects(openFrom("192.0.2.7", edge.port));
      await other.write(new Uint8Array([1]));
      assert.equal(await other.read(new Uint8Array(1)), 1, "others go on");
      const row = d.page.getByRole("row", { name: /192\.0\.2\.7/ });
      await row.getByText(/^59 min|^1 h/).waitFor();
      await assertAccessible(d.page, "blocked clients");
      await noSidewaysScroll(d.page);
      await row.getByRole("button", { name: "Unblock 192.0.2.7" }).click();
      await told(d.page, "edge-1: 192.0.2.7 not blocked");
      await d.page.getByText("No client is blocked.").waitFor();
      (await openFrom("192.0.2.7", edge.port)).close();

      await choose(d.page, "edge-1", "Unblock a client…");
      const unblock = dialogOf(d.page, "Unblock a client: edge-1");
      await unblock.getByLabel("Client").fill("192.0.2.9");
      await unblock.getByRole("button", { name: "Unblock 192.0.2.9" }).click();
      await told(d.page, "edge-1: 192.0.2.9 not blocked; it was not blocked");
      assert.deepEqual(await audited(d), [
        ...["block_client edge-1 done", "unblock_client edge-1 done", "unblock_client edge-1 done"],
      ]);
      assert.deepEqual(d.errors, []);
    },
    { ...CONTROL, context },
  );
}

browserTest("Dashboard says why a proxy's rules are not shown", async (d) => {
  await using _ = startEdge(d, "http", "deaf", {}, false);
  await d.page.goto(`${d.origin}/#/proxy/deaf?tab=access`);
  await d.page.getByRole("tabpanel").getByText("It takes no orders: started without --control")
    .waitFor();
  const change = d.page.getByRole("button", { name: "Change access…" });
  assert.equal(await change.getAttribute("aria-disabled"), "true");
  await assertAccessible(d.page, "access that is not told");
  assert.deepEqual(d.errors, []);
}, CONTROL);
