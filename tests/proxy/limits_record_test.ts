import { strict as assert } from "node:assert";
import { limitsRecord } from "../../proxy/limits_record.ts";
import { proxyOptionsSchema } from "../../proxy/options.ts";
import { limits } from "../support/reports.ts";
import { startTestProxy } from "../support/proxy.ts";

const SET = {
  maxConnections: "20",
  maxConnectionsPerClient: "3",
  acceptRate: "4",
  idleTimeout: "0.5",
  bandwidth: "10M",
  bandwidthPerConnection: "8Mbit",
  connectTimeout: "6",
  drainTimeout: "0",
  maxHeaderSize: "2k",
  maxBodySize: "1M",
};
const RECORD = {
  max_connections: 20,
  max_connections_per_client: 3,
  accept_rate: 4,
  idle_timeout: 0.5,
  bandwidth: 10_000_000,
  bandwidth_per_connection: 1_000_000,
  connect_timeout: 6,
  drain_timeout: 0,
  max_header_size: 2048,
  max_body_size: 1_048_576,
};

Deno.test("limitsRecord has null for what is not limited", () => {
  assert.deepEqual(limitsRecord(proxyOptionsSchema.parse({ mode: "http" })), limits());
  const socks = limitsRecord(proxyOptionsSchema.parse({ mode: "socks5" }));
  assert.deepEqual(socks, limits({ max_header_size: null }), "heads are of the http mode alone");
});

Deno.test("limitsRecord has what the flags say, in seconds and bytes", () => {
  assert.deepEqual(limitsRecord(proxyOptionsSchema.parse({ mode: "http", ...SET })), RECORD);
});

Deno.test("startProxy reports its limits", async () => {
  await using test = startTestProxy("http", SET);
  const told = await test.report("limits", (it) => it.kind === "detail" && !!it.limits);
  assert.deepEqual(told.kind === "detail" && told.limits, RECORD);
});
