import { strict as assert } from "node:assert";
import { CONTROL_KEY } from "../support/control_channel.ts";
import { eventually } from "../support/eventually.ts";
import { startProgram } from "../support/program.ts";
import { connectTo, readAll, send } from "../support/tcp.ts";
import { TempFile } from "../support/htpasswd.ts";
import { assertAccessible } from "./accessibility.ts";
import { browserTest, type Dashboard } from "./browser.ts";
import { audited, choose, CONTROL, controlled, dialogOf, told } from "./control_support.ts";

/** What a file says of the manager to a proxy. */
const configOf = ({ manager }: Dashboard, more: string) => `
[[proxy]]
name = "edge-1"
mode = "http"
listen = "127.0.0.1:0"
manager_addr = "127.0.0.1:${manager.addr.port}"
stats_addr = "127.0.0.1:${manager.statsAddr.port}"
report_interval = 0.1
drain_timeout = 0
control = true
${more}
`;

browserTest(
  "Dashboard sets a program's log level, has it reload its file, and stops it",
  async (d) => {
    await using file = new TempFile(configOf(d, "max_connections = 100"), "proxy.toml");
    await using program = startProgram(["--config", file.path, "--log-format", "json"], {
      RUSTPROXY_CONTROL_KEY: CONTROL_KEY,
    });
    await controlled(d, "edge-1");
    const port = Number(/listening on 127\.0\.0\.1:(\d+)/.exec(program.stderr)![1]);
    /** A request that a forward proxy refuses, which it tells of where it tells of everything. */
    const ask = async () => {
      using conn = await connectTo(port);
      await send(conn, "nonsense\r\n\r\n");
      await readAll(conn);
    };
    await ask();
    assert.ok(!program.stderr.includes('"level":"debug"'));

    await d.page.goto(`${d.origin}/#/proxy/edge-1?tab=limits`);
    await choose(d.page, "edge-1", "Set the log level…");
    const level = dialogOf(d.page, "Set the log level: edge-1");
    await level.getByLabel("Log level").selectOption({ label: "Debug" });
    await assertAccessible(d.page, "log level");
    await level.getByRole("button", { name: "Set 1 proxy to debug" }).click();
    await told(d.page, "edge-1: log level debug");
    await eventually("it tells of a connection", async () => {
      await ask();
      return program.stderr.includes('"level":"debug"');
    });
    await choose(d.page, "edge-1", "Set the log level…");
    await level.getByLabel("Log level").waitFor();
    await d.page.waitForFunction(() =>
      document.querySelector<HTMLSelectElement>("dialog select")?.value === "debug"
    );
    await level.getByRole("button", { name: "Cancel" }).click();

    file.replace(configOf(d, "max_connections = 77"));
    await choose(d.page, "edge-1", "Reload configuration");
    await told(d.page, /^edge-1: changed edge-1 \(/);
    const limits = d.page.getByRole("table", { name: "Limits" });
    await limits.getByRole("row", { name: /^Connections at a time\b/ }).getByText("77").first()
      .waitFor();
    file.replace(configOf(d, "max_connections = -1"));
    await choose(d.page, "edge-1", "Reload configuration");
    const outcomes = dialogOf(d.page, "Reload configuration");
    await outcomes.getByText("max_connections").waitFor();
    await outcomes.getByRole("button", { name: "Close" }).last().click();

    await choose(d.page, "edge-1", "Stop…");
    const stop = dialogOf(d.page, "Stop: edge-1");
    const cancel = stop.getByRole("button", { name: "Cancel" });
    assert.ok(await cancel.evaluate((button) => button === document.activeElement));
    await stop.getByRole("button", { name: "Stop 1 proxy" }).click();
    await told(d.page, "edge-1: stops");
    assert.equal((await program.ended()).code, 0);
    await d.page.locator("main").getByText("stopped").first().waitFor();
    await d.page.getByRole("button", { name: "Actions for edge-1" }).click();
    await d.page.getByText("It takes no orders while it is not there").waitFor();
    assert.deepEqual(await audited(d), [
      ...["set_log_level edge-1 done", "reload edge-1 done", "reload edge-1 failed"],
      "stop edge-1 done",
    ]);
    assert.deepEqual(d.errors, []);
  },
  CONTROL,
);
