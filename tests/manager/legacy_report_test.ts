import { strict as assert } from "node:assert";
import { fromLegacy, legacyReportSchema } from "../../manager/legacy_report.ts";
import { Registry } from "../../manager/registry.ts";
import { legacyConnection, legacyReport, T0 } from "../support/reports.ts";

const convert = (overrides: Record<string, unknown> = {}) =>
  fromLegacy(legacyReportSchema.parse(legacyReport(overrides)), T0);

Deno.test("legacyReportSchema takes the original's identities and types, and no control characters", () => {
  const table: [Record<string, unknown>, boolean][] = [
    [{}, true],
    [{ proxy_id: "http_[::]:8080", proxy_type: "SomethingNew" }, true],
    [{ proxy_id: "é".repeat(300) }, true],
    [{ proxy_id: "x".repeat(301) }, false],
    [{ proxy_id: "" }, false],
    [{ proxy_id: "a\nb" }, false],
    [{ proxy_id: "half a character: \ud83d" }, false],
    [{ proxy_id: "a whole one: \u{1f600}" }, true],
    [{ proxy_id: "a\u009bb" }, false],
    [{ total_bytes_sent: -1 }, false],
    [{ start_time: "1" }, false],
    [{ connections: {} }, false],
    [{ last_report: undefined }, true],
  ];
  for (const [overrides, valid] of table) {
    const { success } = legacyReportSchema.safeParse(legacyReport(overrides));
    assert.equal(success, valid, JSON.stringify(overrides));
  }
});

Deno.test("fromLegacy keeps the proxy's identity and lowers its type", () => {
  const { proxy, complete } = convert();
  assert.equal(proxy.proxy_id, "socks5_0.0.0.0:1080");
  assert.equal(proxy.proxy_type, "socks5");
  assert.equal(proxy.total_bytes_received, 20);
  assert.equal(proxy.seq, null);
  assert.equal(proxy.sent_at, T0 / 1000);
  assert.ok(complete);
  assert.equal(convert({ last_report: 0 }).proxy.sent_at, T0 / 1000, "no time: that of arrival");
});

Deno.test("fromLegacy splits the client's address and port", () => {
  const table: [string, string, number][] = [
    ["192.0.2.7:40000", "192.0.2.7", 40_000],
    ["[2001:db8::1]:40001", "2001:db8::1", 40_001],
    ["[::ffff:192.0.2.7]:1", "192.0.2.7", 1],
    ["192.0.2.7", "192.0.2.7", 0],
    ["192.0.2.7:99999", "192.0.2.7", 0],
    ["", "", 0],
    [":::", ":::", 0],
    ["x".repeat(1000), "x".repeat(64), 0],
  ];
  for (const [client_ip, ip, port] of table) {
    const [record] = convert({ connections: [legacyConnection({ client_ip })] }).connections;
    assert.deepEqual([record.client_ip, record.client_port], [ip, port], client_ip);
  }
});

Deno.test("fromLegacy numbers connections the same in each report, and no two alike", () => {
  const one = legacyConnection();
  const other = legacyConnection({ target: "example.net:80" });
  const ids = (connections: unknown[]) => convert({ connections }).connections.map(({ id }) => id);
  const [a, b, again] = ids([one, other, one]);
  assert.equal(new Set([a, b, again]).size, 3);
  assert.deepEqual(ids([other, one, one]), [b, a, again]);
  const longClosed = { active: false, bytes_sent: 9, last_activity: T0 / 1000 - 61 };
  assert.deepEqual(ids([legacyConnection(longClosed)]), []);
  const justClosed = { active: false, bytes_sent: 9, last_activity: T0 / 1000 - 5 };
  assert.deepEqual(ids([legacyConnection(justClosed)]), [a]);
  for (const id of [a, b, again]) assert.ok(Number.isSafeInteger(id) && id >= 0);
});

Deno.test("fromLegacy keeps live connections and the newest 1,000 closed of the last minute", () => {
  const closed = Array.from({ length: 1500 }, (_, i) =>
    legacyConnection({
      client_ip: `192.0.2.1:${i + 1}`,
      active: false,
      last_activity: T0 / 1000 - 59 + i / 100,
    }));
  const { connections } = convert({ connections: [...closed, legacyConnection()] });
  assert.equal(connections.length, 1001);
  assert.equal(connections[0].state, "active");
  const ports = connections.slice(1).map(({ client_port }) => client_port);
  assert.deepEqual([ports[0], ports.at(-1)], [1500, 501]);
});

Deno.test("Registry sees the original's restart by its start time, and what it no longer lists", () => {
  const registry = new Registry();
  const id = "socks5_0.0.0.0:1080";
  registry.apply(convert(), T0);
  assert.equal(registry.get(id)?.connections.size, 2);
  registry.apply(convert({ connections: [legacyConnection()] }), T0 + 1000);
  assert.equal(registry.get(id)?.connections.size, 1);
  const start_time = T0 / 1000 + 2;
  const last_report = start_time + 1;
  registry.apply(convert({ start_time, last_report, total_bytes_sent: 3 }), last_report * 1000);
  assert.equal(registry.get(id)?.totals.total_bytes_sent, 13);
  const late = convert({ total_bytes_sent: 11 });
  assert.equal(registry.apply(late, last_report * 1000), "old_boot");
});
