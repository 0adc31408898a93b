import { strict as assert } from "node:assert";
import { closeQuietly } from "../../../proxy/net/close.ts";
import { ends, startControlled } from "../../support/control.ts";
import { eventually } from "../../support/eventually.ts";
import { connectTo, send } from "../../support/tcp.ts";

const CLOSED = 5000;
const OTHERS = 500;

Deno.test(`close_matching closes ${CLOSED} of ${CLOSED + OTHERS} connections, exactly those`, async () => {
  // Between two requests none of them needs a connection to a target: descriptors are few.
  await using proxy = await startControlled(1, "http", { acceptProxy: "127.0.0.1" });
  const open = async (ip: string) => {
    const conn = await connectTo(proxy.port);
    await send(conn, `PROXY TCP4 ${ip} ${ip} 1 1\r\n`);
    return conn;
  };
  const openMany = async (ip: string, n: number) => {
    const conns: Deno.TcpConn[] = [];
    while (conns.length < n) {
      conns.push(...await Promise.all(Array.from({ length: 100 }, () => open(ip))));
    }
    return conns;
  };
  const those = await openMany("10.0.0.1", CLOSED);
  const others = await openMany("11.0.0.1", OTHERS);
  try {
    const filter = { client: "10.0.0.0/8" };
    const count = (client: string) => proxy.tell({ command: "count_matching", filter: { client } });
    await eventually("all are known", async () => {
      const counts = await Promise.all(["10.0.0.0/8", "11.0.0.0/8"].map(count));
      return counts[0].count === CLOSED && counts[1].count === OTHERS;
    });
    const result = await proxy.tell({ command: "close_matching", filter });
    assert.equal(result.count, CLOSED);
    await Promise.all(those.map(ends));
    assert.equal((await count("0.0.0.0/0")).count, OTHERS);
    for (const conn of others) await send(conn, "GET / HTTP/1.1\r\nHost: x\r\n\r\n");
    const byte = new Uint8Array(1);
    for (const conn of others) assert.equal(await conn.read(byte), 1, "it is still served");
    await proxy.report("they have ended", (report) => {
      return report.total_connections === CLOSED + OTHERS && report.active_connections <= OTHERS;
    });
  } finally {
    for (const conn of [...those, ...others]) closeQuietly(conn);
  }
});
