import { strict as assert } from "node:assert";
import { startTestProxy } from "../support/proxy.ts";
import { connectTo, echo, readAll, readExactly, send, startTcp } from "../support/tcp.ts";
import { assertAccessible } from "./accessibility.ts";
import { browserTest, noSidewaysScroll, PHONE } from "./browser.ts";

const FLAGS = {
  maxConnections: "8000",
  maxConnectionsPerClient: "1",
  acceptRate: "1200",
  bandwidth: "10M",
  idleTimeout: "90",
  connectTimeout: "0.5",
};

for (const [device, context] of [["a desktop", undefined], ["a phone", PHONE]] as const) {
  browserTest(
    `Dashboard shows a real proxy's limits on ${device}, and what they stopped`,
    async (d) => {
      await using target = startTcp(echo);
      const { hostname, port } = d.manager.statsAddr;
      await using proxy = startTestProxy("tcp", {
        ...{ id: "real", target: target.address, statsAddr: `${hostname}:${port}`, ...FLAGS },
      });
      await d.page.goto(`${d.origin}/#/proxy/real?tab=limits`);
      const table = d.page.getByRole("table", { name: "Limits" });
      const row = (name: string | RegExp) =>
        table.getByRole("row").filter({
          has: d.page.getByRole("rowheader", { name, exact: true }),
        });
      await row("Connections at a time").getByText(/^0 \(0 %\)( now)?$/).filter({ visible: true })
        .waitFor();
      const texts: Record<string, RegExp> = {
        "Connections at a time": /\b8,000\b/,
        "Connections at a time of one client": /\b1\s+0$/,
        "New connections of one client": /1,200\sa\ssecond/,
        "Bandwidth, each way": /10\.0\sMB\/s[^]*0\sB\/s[^]*0\sB\/s\s+–$/,
        "Bandwidth of one connection": /\bnone\b/,
        "Time without traffic": /1 min 30 s/,
        "Time to connect": /\b500 ms\b/,
        "Time to drain": /\b0 s\b/,
      };
      for (const [name, text] of Object.entries(texts)) {
        assert.match((await row(name).innerText()).trim(), text, name);
      }
      assert.equal(await table.getByRole("row").count(), 1 + Object.keys(texts).length);

      using conn = await connectTo(proxy.port);
      await send(conn, "x");
      await readExactly(conn, 1);
      using second = await connectTo(proxy.port);
      await readAll(second).catch(() => {});
      await row("Connections at a time").getByText("1 (< 0.1 %)").filter({ visible: true })
        .waitFor();
      await row("Connections at a time of one client").filter({ hasText: /1$/ }).waitFor();
      await noSidewaysScroll(d.page);
      await assertAccessible(d.page, "limits");
      assert.deepEqual(d.errors, []);
    },
    { context },
  );
}
