import { strict as assert } from "node:assert";
import fc from "fast-check";
import { proxySummary } from "../../manager/api/views.ts";
import { Ingest } from "../../manager/ingest.ts";
import { MAX_INGEST_BYTES } from "../../manager/receiver/intake.ts";
import { Registry } from "../../manager/registry.ts";
import {
  boot,
  connection,
  datagram,
  jsonBytes,
  legacyReport,
  summary,
  T0,
} from "../support/reports.ts";

function newIngest(registry = new Registry()) {
  return { registry, ingest: new Ingest(registry, () => T0) };
}

const text = (value: string) => new TextEncoder().encode(value);

Deno.test("Ingest takes both forms of report and counts them", () => {
  const { registry, ingest } = newIngest();
  const first = datagram({}, [connection()]);
  const detail = jsonBytes({ kind: "detail", ...summary({ seq: 1 }), reasons: { refused: 2 } });
  const legacy = jsonBytes(legacyReport());
  for (const bytes of [first, detail, legacy]) assert.equal(ingest.handle(bytes), null);
  assert.deepEqual(ingest.counters, {
    datagrams: 3,
    bytes: first.length + detail.length + legacy.length,
    legacy: 1,
    dropped: {},
  });
  assert.deepEqual(registry.get("edge-1")?.connections.get(1), connection());
  assert.equal(registry.get("edge-1")?.reasons.get("refused"), 2);
  assert.equal(registry.get("socks5_0.0.0.0:1080")?.state.proxy_type, "socks5");
});

Deno.test("Ingest drops what is wrong, and counts it by its reason", () => {
  const valid = { kind: "connections", ...summary(), connections: [] };
  const table: [Uint8Array, string][] = [
    [new Uint8Array(MAX_INGEST_BYTES + 1), "too_large"],
    [new Uint8Array(0), "not_json"],
    [text("hello"), "not_json"],
    [text("null"), "not_json"],
    [text("42"), "not_json"],
    [text("[".repeat(60_000)), "not_json"],
    [new Uint8Array([0xff, 0xfe, 0x7b]), "not_json"],
    [datagram().slice(0, -5), "not_json"],
    [text("[]"), "bad_schema"],
    [text("{}"), "bad_schema"],
    [text(`{"a":${"[".repeat(30_000)}${"]".repeat(30_000)}}`), "bad_schema"],
    [jsonBytes({ ...valid, v: 2 }), "unknown_version"],
    [jsonBytes({ ...valid, v: "1" }), "unknown_version"],
    // A length that cannot be compared without end.
    [
      text(
        `{"v":1,"kind":"connections","host":{"length":${"[".repeat(9_000)}${"]".repeat(9_000)}}}`,
      ),
      "bad_schema",
    ],
    [jsonBytes({ ...valid, proxy_id: "<script>" }), "bad_schema"],
    [jsonBytes({ ...valid, proxy_id: "x".repeat(129) }), "bad_schema"],
    [jsonBytes({ ...valid, kind: "other" }), "bad_schema"],
    [jsonBytes({ ...valid, seq: -1 }), "bad_schema"],
    [jsonBytes({ ...valid, total_bytes_sent: 1e300 }), "bad_schema"],
    [jsonBytes({ ...valid, interval: 0 }), "bad_schema"],
    [jsonBytes({ ...valid, connections: [[1, 2, 3]] }), "bad_schema"],
    [jsonBytes(legacyReport({ proxy_id: "a\u0000b" })), "bad_schema"],
  ];
  const { registry, ingest } = newIngest();
  for (const [bytes, reason] of table) {
    assert.equal(ingest.handle(bytes), reason, new TextDecoder().decode(bytes.slice(0, 80)));
  }
  assert.equal(registry.size, 0);
  const total = Object.values(ingest.counters.dropped).reduce((a, b) => a + b, 0);
  assert.equal(total, table.length);
  assert.equal(ingest.counters.dropped.unknown_version, 2);
});

Deno.test("Ingest counts what the registry refuses", () => {
  const { ingest } = newIngest(new Registry({ maxProxies: 1 }));
  assert.equal(ingest.handle(datagram()), null);
  assert.equal(ingest.handle(datagram({ proxy_id: "edge-2" })), "registry_full");
  const earlier = { boot_id: boot("0"), start_time: 1 };
  assert.equal(ingest.handle(datagram(earlier)), "old_boot");
  assert.deepEqual(ingest.counters.dropped, { registry_full: 1, old_boot: 1 });
});

Deno.test("Ingest survives any mutation of a report, and touches no other proxy", () => {
  const { registry, ingest } = newIngest();
  assert.equal(ingest.handle(datagram({ proxy_id: "bystander" }, [connection()])), null);
  const picture = () => {
    const entry = registry.get("bystander");
    return entry && { ...proxySummary(entry, T0), connections: [...entry.connections.records()] };
  };
  const before = picture();
  const seeds = [datagram({}, [connection(), connection({ id: 2 })]), jsonBytes(legacyReport())];
  const mutation = fc.record({ at: fc.nat(), byte: fc.integer({ min: 0, max: 255 }) });
  fc.assert(
    fc.property(
      fc.constantFrom(...seeds),
      fc.array(mutation, { maxLength: 8 }),
      fc.nat(),
      (seed, mutations, cut) => {
        const bytes = seed.slice(0, cut % 3 === 0 ? cut % seed.length : seed.length);
        for (const { at, byte } of mutations) if (bytes.length > 0) bytes[at % bytes.length] = byte;
        assert.notEqual(ingest.handle(bytes), "error");
        assert.deepEqual(picture(), before);
      },
    ),
    { numRuns: 2000 },
  );
});

Deno.test("Ingest survives any JSON in any field", () => {
  const { ingest } = newIngest();
  const bases = [
    { kind: "connections", ...summary(), connections: [] },
    { kind: "detail", ...summary(), reasons: {} },
    legacyReport(),
  ];
  fc.assert(
    fc.property(fc.constantFrom(...bases), fc.nat(), fc.jsonValue(), (base, nth, value) => {
      const keys = Object.keys(base);
      const reason = ingest.handle(jsonBytes({ ...base, [keys[nth % keys.length]]: value }));
      assert.notEqual(reason, "error");
    }),
    { numRuns: 2000 },
  );
});
