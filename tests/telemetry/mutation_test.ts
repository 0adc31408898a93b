import { strict as assert } from "node:assert";
import fc from "fast-check";
import {
  proxyReplySchema,
  proxySummarySchema,
  serverMessageSchema,
  statsReplySchema,
} from "../../manager/api/model.ts";
import { backendViews, connectionViews, proxySummary } from "../../manager/api/views.ts";
import { Ingest } from "../../manager/ingest.ts";
import type { Registry } from "../../manager/registry.ts";
import { encodeDetail } from "../../proxy/stats/report_detail.ts";
import { setUpApp } from "../support/manager_app.ts";
import { mutants } from "../support/mutants.ts";
import {
  backend,
  connection,
  datagram,
  jsonBytes,
  legacyConnection,
  legacyReport,
  limits,
  summary,
  T0,
} from "../support/reports.ts";
import { FakeSocket } from "../support/viewers.ts";

const MUTANTS = ["mutant", "mutant_legacy"];
/** Names that no mutation hits upon. */
const OTHERS = ["other-5f0c2d7e91", "other_legacy-86b1a3c4d0"];

function connectionsOf(proxy_id: string): Uint8Array<ArrayBuffer> {
  const records = [
    connection(),
    connection({ id: 2, state: "closed", reason: "reset", user: "ann" }),
  ];
  return datagram({ proxy_id, seq: 4 }, records);
}

function detailOf(proxy_id: string): Uint8Array<ArrayBuffer> {
  const backends = [backend(), backend({ name: "b:80", check_latency_ms: null })];
  const next = () => summary({ proxy_id, seq: 5 });
  const [bytes] = encodeDetail(next, { refused: 3, timeout: 1 }, backends, limits());
  return bytes as Uint8Array<ArrayBuffer>;
}

function legacyOf(proxy_id: string): Uint8Array<ArrayBuffer> {
  const connections = [legacyConnection(), legacyConnection({ active: false })];
  return jsonBytes(legacyReport({ proxy_id, connections }));
}

/** All that the manager knows of these proxies. */
function picture(registry: Registry, ids: string[]): string {
  return JSON.stringify(ids.map((id) => {
    const entry = registry.get(id)!;
    const views = [proxySummary(entry, T0), connectionViews(entry, T0), backendViews(entry, T0)];
    return [...views, ...entry.reasons, entry.limits.record];
  }));
}

/** What every object inherits, by name. */
function inherited(): string[] {
  const prototypes = [Object.prototype, Array.prototype, String.prototype, Number.prototype];
  return prototypes.flatMap((prototype) => Reflect.ownKeys(prototype)).map(String);
}

/** A manager that knows two proxies which are left alone, and one or two that are not. */
function setUp() {
  const { registry, live, get } = setUpApp();
  const ingest = new Ingest(registry, () => T0);
  for (const [ours, legacy] of [OTHERS, MUTANTS]) {
    for (const bytes of [connectionsOf(ours), detailOf(ours), legacyOf(legacy)]) {
      assert.equal(ingest.handle(bytes), null);
    }
  }
  const socket = new FakeSocket();
  live.open(socket);
  for (const proxy_id of [...OTHERS, ...MUTANTS]) {
    live.message(socket, JSON.stringify({ type: "subscribe", proxy_id }));
  }
  return { registry, live, get, ingest, socket };
}

const arrivals = fc.array(
  mutants([connectionsOf(MUTANTS[0]), detailOf(MUTANTS[0]), legacyOf(MUTANTS[1])]),
  { minLength: 1, maxLength: 12 },
);

Deno.test("Ingest lets no mutated datagram throw, reach another proxy, or change what objects inherit", () => {
  const names = inherited();
  fc.assert(
    fc.property(arrivals, (datagrams) => {
      const { registry, ingest } = setUp();
      const before = picture(registry, OTHERS);
      for (const bytes of datagrams) {
        assert.notEqual(ingest.handle(bytes), "error");
        assert.equal(picture(registry, OTHERS), before);
      }
      assert.deepEqual(inherited(), names);
    }),
    { numRuns: 500 },
  );
});

Deno.test("The API and the WebSocket keep to their contract after any mutated datagram", async () => {
  await fc.assert(
    fc.asyncProperty(arrivals, async (datagrams) => {
      const { registry, ingest, live, get, socket } = setUp();
      for (const bytes of datagrams) ingest.handle(bytes);
      registry.tick(T0);
      live.flush();
      assert.equal(socket.closedWith, null);
      const messages = socket.texts.map((text) => serverMessageSchema.parse(JSON.parse(text)));
      assert.ok(messages.length > 0);
      statsReplySchema.parse(await (await get("/api/stats")).json());
      const list = proxySummarySchema.array().parse(await (await get("/api/proxies")).json());
      assert.equal(list.length, registry.size);
      for (const { proxy_id } of list) {
        const reply = await get(`/api/proxy/${encodeURIComponent(proxy_id)}`);
        assert.equal(reply.status, 200, proxy_id);
        proxyReplySchema.parse(await reply.json());
      }
      const metrics = await (await get("/metrics")).text();
      for (const line of metrics.trim().split("\n")) assert.match(line, METRIC_LINE);
    }),
    { numRuns: 250 },
  );
});

/** A comment, or a name with labels and a number (Prometheus' text format 0.0.4). */
const METRIC_LINE =
  /^(#.*|[a-zA-Z_:][\w:]*(\{([a-z_]\w*="([^"\\\n]|\\["\\n])*",?)*\})? (-?[\d.]+(e[+-]?\d+)?|NaN|[+-]Inf))?$/;
