import { strict as assert } from "node:assert";
import { MAX_CONNECTIONS } from "../../../proxy/control/commands.ts";
import { boundShown, type Shown } from "../../../proxy/control/shown.ts";
import { type ControlledProxy, startControlled, withWorkers } from "../../support/control.ts";
import { echo, startTcp } from "../../support/tcp.ts";

async function show(proxy: ControlledProxy): Promise<Shown> {
  const { detail, shown } = await proxy.tell({ command: "show" });
  assert.equal(detail, "told");
  assert.ok(shown);
  return shown;
}

withWorkers("show tells what holds, and follows what is ordered", async (workers) => {
  await using server = startTcp(echo);
  await using proxy = await startControlled(workers, "tcp", {
    ...{ target: server.address, maxConnections: "50", idleTimeout: "0", bandwidth: "10M" },
    access: ["--deny 10.0.0.0/8,192.0.2.1", "--allow *"],
  });
  const started: Shown = {
    accepting: "yes",
    log_level: (await show(proxy)).log_level,
    limits: {
      ...{ max_connections: 50, max_connections_per_client: null, accept_rate: null },
      ...{ idle_timeout: null, bandwidth: 10_000_000, bandwidth_per_connection: null },
    },
    access: ["--deny 10.0.0.0/8", "--deny 192.0.2.1", "--allow *"],
    ...{ access_left_out: 0, blocks: [], blocks_left_out: 0 },
  };
  assert.deepEqual(await show(proxy), started);
  const same = await proxy.tell({ command: "set_limits", ...started.limits });
  assert.match(same.detail, /as it was before/);
  const rules = started.access;
  assert.match((await proxy.tell({ command: "set_access", rules })).detail, /as it was before/);
  await proxy.tell({ command: "set_access", rules: ["--deny ::1"] });
  await proxy.tell({ command: "set_limits", max_connections: MAX_CONNECTIONS, idle_timeout: 60 });
  await proxy.tell({ command: "block_client", ip: "192.0.2.0/24", seconds: 600 });
  await proxy.tell({ command: "pause_accepting" });
  const { blocks: [block], ...told } = await show(proxy);
  assert.deepEqual(told, {
    ...{ accepting: "paused", log_level: started.log_level },
    limits: { ...started.limits, max_connections: null, idle_timeout: 60 },
    ...{ access: ["--deny ::1"], access_left_out: 0, blocks_left_out: 0 },
  });
  assert.equal(block.ip, "192.0.2.0/24");
  assert.ok(block.seconds_left > 590 && block.seconds_left <= 600, `${block.seconds_left}`);
  await proxy.tell({ command: "unblock_client", ip: "192.0.2.9/24" });
  await proxy.tell({ command: "drain" });
  const drained = await show(proxy);
  assert.deepEqual([drained.accepting, drained.blocks], ["drained", []]);
  await proxy.tell({ command: "resume" });
  assert.equal((await show(proxy)).accepting, "yes");
});

Deno.test("boundShown leaves out what a message to a manager has no room for, and says how much", () => {
  const rest: Pick<Shown, "accepting" | "log_level" | "limits"> = {
    ...{ accepting: "yes", log_level: "info" },
    limits: {
      ...{ max_connections: null, max_connections_per_client: null, accept_rate: null },
      ...{ idle_timeout: null, bandwidth: null, bandwidth_per_connection: null },
    },
  };
  const access = Array.from({ length: 1024 }, (_, i) => `--deny-target ${"é".repeat(100)}${i}`);
  const blocks = Array.from({ length: 1024 }, (_, i) => ({
    ip: `2001:0db8:0000:0000:0000:0000:ffff:${i}/128`,
    seconds_left: 2_592_000,
  }));
  const shown = boundShown({ ...rest, access, blocks });
  const bytes = new TextEncoder().encode(JSON.stringify(shown)).length;
  assert.ok(bytes > 50_000 && bytes < 60_000, `${bytes}`);
  assert.deepEqual(shown.access, access.slice(0, shown.access.length));
  assert.equal(shown.access.length + shown.access_left_out, 1024);
  assert.equal(shown.blocks.length + shown.blocks_left_out, 1024);
  const few = { ...rest, access: access.slice(0, 5), blocks: blocks.slice(0, 5) };
  assert.deepEqual(boundShown(few), { ...few, access_left_out: 0, blocks_left_out: 0 });
});
