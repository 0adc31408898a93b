import { strict as assert } from "node:assert";
import type { BackendRecord } from "../../../proxy/stats/backend_record.ts";
import { decodeBackend } from "../../../proxy/stats/backend_record.ts";
import {
  type ControlledProxy,
  echoes,
  isServed,
  openEcho,
  openEchoes,
  startControlled,
  withWorkers,
} from "../../support/control.ts";
import { eventually } from "../../support/eventually.ts";
import { echo, startTcp, type TcpServer } from "../../support/tcp.ts";

/** What the reports say last of a backend. */
function backend({ reports }: ControlledProxy, name: string): BackendRecord | undefined {
  for (const report of reports.toReversed()) {
    const found = report.kind === "detail" && report.backends.find(([known]) => known === name);
    if (found) return decodeBackend(found);
  }
}

function state(proxy: ControlledProxy, name: string, wanted: string): Promise<BackendRecord> {
  return eventually(`${name} is ${wanted}`, () => {
    const record = backend(proxy, name);
    return record?.state === wanted && record;
  });
}

/** Opens so many connections, and counts those that have come to a server; they stay open. */
async function arrivals(proxy: ControlledProxy, server: TcpServer, n: number) {
  const before = server.accepted.length;
  const conns = await openEchoes(n, proxy.port);
  return { conns, count: server.accepted.length - before };
}

for (const [action, wanted] of [["disable", "disabled"], ["drain", "drained"]] as const) {
  withWorkers(`backend ${action} keeps new connections away until enable`, async (workers) => {
    await using a = startTcp(echo);
    await using b = startTcp(echo);
    await using proxy = await startControlled(workers, "tcp", {
      target: `${a.address},${b.address}`,
    });
    const first = await arrivals(proxy, a, 12);
    assert.ok(first.count > 0);
    await proxy.tell({ command: "backend", action, name: a.address });
    await proxy.tell({ command: "backend", action, name: a.address });
    await state(proxy, a.address, wanted);
    const second = await arrivals(proxy, a, 12);
    assert.equal(second.count, 0);
    for (const conn of first.conns) await echoes(conn);
    await proxy.tell({ command: "backend", action: "enable", name: a.address });
    await state(proxy, a.address, "up");
    const third = await arrivals(proxy, a, 12);
    assert.ok(third.count > 0);
    for (const conn of [...first.conns, ...second.conns, ...third.conns]) conn.close();
  });
}

withWorkers(
  "backend disable of all refuses connections, which no backend is to blame for",
  async (workers) => {
    await using a = startTcp(echo);
    await using proxy = await startControlled(workers, "tcp", { target: a.address });
    await proxy.tell({ command: "backend", action: "disable", name: a.address });
    assert.equal(await isServed(proxy.port), false);
    await proxy.report("it is counted", (report) => {
      return report.kind === "detail" && report.reasons.no_backend === 1;
    });
    assert.equal((await state(proxy, a.address, "disabled")).errors, 0);
  },
);

withWorkers("backend disable ends its health checks, and drain does not", async (workers) => {
  await using a = startTcp(() => Promise.resolve());
  await using b = startTcp(() => Promise.resolve());
  await using proxy = await startControlled(workers, "tcp", {
    target: `${a.address},${b.address}`,
    healthcheck: "tcp",
    healthcheckInterval: "0.1",
  });
  await eventually("both are checked", () => a.accepted.length > 2 && b.accepted.length > 2);
  await proxy.tell({ command: "backend", action: "disable", name: a.address });
  await proxy.tell({ command: "backend", action: "drain", name: b.address });
  const [before, other] = [a.accepted.length, b.accepted.length];
  await eventually("the other one is checked", () => b.accepted.length > other + 6);
  // One check of each thread may have been on its way.
  assert.ok(a.accepted.length <= before + workers);
  await proxy.tell({ command: "backend", action: "enable", name: a.address });
  await eventually("it is checked again", () => a.accepted.length > before + workers + 2);
});

withWorkers("backend add, weight and remove change who gets connections", async (workers) => {
  await using a = startTcp(echo);
  await using b = startTcp(echo);
  await using proxy = await startControlled(workers, "tcp", {
    target: a.address,
    healthcheck: "tcp",
    healthcheckInterval: "0.1",
  });
  await proxy.tell({ command: "backend", action: "add", name: b.address, weight: 3 });
  const again = await proxy.tell({ command: "backend", action: "add", name: b.address });
  assert.match(again.detail, /as it was before/);
  await eventually("health checks follow", () => b.accepted.length > 2);
  assert.equal((await state(proxy, b.address, "up")).weight, 3);
  await proxy.tell({ command: "backend", action: "weight", name: b.address, weight: 7 });
  await eventually("its weight is told", () => backend(proxy, b.address)?.weight === 7);
  // Held by the backend that is removed; its connections may finish.
  await proxy.tell({ command: "backend", action: "drain", name: a.address });
  const conn = await openEcho(proxy.port);
  await proxy.tell({ command: "backend", action: "enable", name: a.address });
  await proxy.tell({ command: "backend", action: "remove", name: b.address });
  assert.equal((await state(proxy, b.address, "removed")).active_connections, 1);
  const { conns, count } = await arrivals(proxy, a, 6);
  assert.ok(count >= 6);
  await echoes(conn);
  assert.match(
    await proxy.tellInVain({ command: "backend", action: "remove", name: a.address }),
    /the only backend/,
  );
  for (const action of ["enable", "disable", "remove"] as const) {
    const name = "127.0.0.1:9";
    assert.equal(
      await proxy.tellInVain({ command: "backend", action, name }),
      `there is no backend ${name}`,
    );
  }
  for (const each of [conn, ...conns]) each.close();
  await eventually("its last connection ends", () => {
    return backend(proxy, b.address)?.active_connections === 0;
  });
});

Deno.test("backend is refused where there are none", async () => {
  await using proxy = await startControlled(1, "http");
  const why = await proxy.tellInVain({ command: "backend", action: "add", name: "a.test:80" });
  assert.equal(why, "backend is not for --mode http");
});

Deno.test("close_connection reaches those of a backend that was removed", async () => {
  await using a = startTcp(echo);
  await using b = startTcp(echo);
  await using proxy = await startControlled(1, "tcp", { target: `${a.address},${b.address}` });
  const conns = await openEchoes(4, proxy.port);
  await proxy.tell({ command: "backend", action: "remove", name: b.address });
  const filter = { target: b.address };
  assert.equal((await proxy.tell({ command: "close_matching", filter })).count, 2);
  const ended = await Promise.allSettled(conns.map(echoes));
  assert.equal(ended.filter(({ status }) => status === "rejected").length, 2);
  for (const conn of conns) conn.close();
});
