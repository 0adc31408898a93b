import fc from "fast-check";
import { strict as assert } from "node:assert";
import {
  type ConnectionRecord,
  type Datagram,
  datagramSchema,
  decodeRecord,
  encodeConnections,
  encodeRecord,
  isActive,
  MAX_DATAGRAM_BYTES,
} from "../../../proxy/stats/report.ts";
import { encodeDetail } from "../../../proxy/stats/report_detail.ts";
import { decodeBackend, MAX_BACKENDS } from "../../../proxy/stats/backend_record.ts";
import { connection, limits, summary } from "../../support/reports.ts";

const decode = (bytes: Uint8Array): Datagram =>
  datagramSchema.parse(JSON.parse(new TextDecoder().decode(bytes)));

function recordsIn(bytes: Uint8Array): ConnectionRecord[] {
  const datagram = decode(bytes);
  assert.equal(datagram.kind, "connections");
  return datagram.kind === "connections" ? datagram.connections.map(decodeRecord) : [];
}

const hostile = fc.oneof(
  fc.string({ maxLength: 255 }),
  fc.string({ unit: "binary", maxLength: 100 }),
  fc.constantFrom(
    "",
    "\0".repeat(255),
    '"\\'.repeat(120),
    "\u20ac".repeat(255),
    "\ud83d".repeat(255),
  ),
  fc.constantFrom("\u{1f600}".repeat(127), "</script>\r\n", "x".repeat(255)),
);
const size = fc.nat({ max: Number.MAX_SAFE_INTEGER });
const time = fc.nat({ max: 4e12 }).map((ms) => ms / 1000);
const record: fc.Arbitrary<ConnectionRecord> = fc.record({
  id: size,
  client_ip: fc.constantFrom("192.0.2.1", "2001:db8:1111:2222:3333:4444:5555:6666"),
  client_port: fc.nat(65535),
  target: hostile,
  bytes_sent: size,
  bytes_received: size,
  start_time: time,
  last_activity: time,
  state: fc.constantFrom("connecting", "active", "closed", "failed", "rejected"),
  user: hostile,
  reason: fc.constantFrom("", "done", "network_unreachable"),
  requests: size,
}, { noNullPrototype: true });

Deno.test("decodeRecord gives back what encodeRecord took, through JSON", () => {
  fc.assert(fc.property(record, (record) => {
    assert.deepEqual(decodeRecord(JSON.parse(JSON.stringify(encodeRecord(record)))), record);
  }));
});

Deno.test("encodeRecord keeps the order that the contract fixes", () => {
  assert.deepEqual(Object.keys(connection()), [
    "id",
    "client_ip",
    "client_port",
    "target",
    "bytes_sent",
    "bytes_received",
    "start_time",
    "last_activity",
    "state",
    "user",
    "reason",
    "requests",
  ]);
  const record = connection({ user: "u", reason: "r" });
  assert.deepEqual(encodeRecord(record), Object.values(record));
});

Deno.test("encodeConnections without records is a datagram with the summary alone", () => {
  const { bytes, next } = encodeConnections(summary({ seq: 7 }), []);
  assert.equal(next, 0);
  assert.deepEqual(decode(bytes), { ...summary({ seq: 7 }), kind: "connections", connections: [] });
});

Deno.test("encodeConnections fills datagrams up to the last byte, and no further", () => {
  const records = Array.from({ length: 100 }, (_, i) => connection({ id: i + 1 }));
  const { bytes, next } = encodeConnections(summary(), records);
  const one = JSON.stringify(encodeRecord(records[next])).length + 1;
  assert.ok(bytes.length <= MAX_DATAGRAM_BYTES && bytes.length + one > MAX_DATAGRAM_BYTES);
  assert.equal(encodeConnections(summary(), records, 0, bytes.length).next, next);
  assert.equal(encodeConnections(summary(), records, 0, bytes.length - 1).next, next - 1);
});

Deno.test("encodeConnections splits any records so that all come out once, in order, none too large", () => {
  fc.assert(
    fc.property(fc.array(record, { maxLength: 40 }), (records) => {
      const out: ConnectionRecord[] = [];
      for (let from = 0; from < records.length;) {
        const { bytes, next } = encodeConnections(summary(), records, from);
        assert.ok(bytes.length <= MAX_DATAGRAM_BYTES, `${bytes.length} bytes`);
        assert.ok(next > from);
        out.push(...recordsIn(bytes));
        from = next;
      }
      assert.equal(out.length, records.length);
      for (const [i, record] of records.entries()) {
        // Cut short at most, where it would not have fitted.
        assert.ok(record.target.startsWith(out[i].target) && record.user.startsWith(out[i].user));
        assert.deepEqual({ ...record, target: "", user: "" }, { ...out[i], target: "", user: "" });
      }
    }),
    { numRuns: 300 },
  );
});

Deno.test("encodeConnections fits the largest record beside the largest summary", () => {
  const largest = summary({
    proxy_id: "p".repeat(128),
    listen_addr: "[2001:db8:1111:2222:3333:4444:5555:6666]:65535",
    host: "h".repeat(64),
    version: "100.100.100-pre",
    sent_at: 99_999_999_999.123,
    start_time: 99_999_999_999.123,
    ...Object.fromEntries(
      [
        "seq",
        "total_connections",
        "active_connections",
        "total_bytes_sent",
        "total_bytes_received",
        "rejected_connections",
        "failed_connections",
        "omitted_connections",
      ].map((name) => [name, Number.MAX_SAFE_INTEGER]),
    ),
  });
  const worst = connection({
    id: Number.MAX_SAFE_INTEGER,
    client_ip: "2001:db8:1111:2222:3333:4444:5555:6666",
    client_port: 65535,
    target: "\0".repeat(300),
    bytes_sent: Number.MAX_SAFE_INTEGER,
    bytes_received: Number.MAX_SAFE_INTEGER,
    start_time: 99_999_999_999.123,
    last_activity: 99_999_999_999.123,
    state: "connecting",
    user: "\u20ac".repeat(255),
    reason: "r".repeat(64),
    requests: Number.MAX_SAFE_INTEGER,
  });
  const { bytes, next } = encodeConnections(largest, [worst]);
  assert.equal(next, 1);
  assert.ok(bytes.length <= MAX_DATAGRAM_BYTES, `${bytes.length} bytes`);
  const [out] = recordsIn(bytes);
  assert.equal(out.id, worst.id);
  assert.ok(out.target.length > 0);
});

Deno.test("encodeConnections cuts no more of a record than it must", () => {
  const ascii = connection({ target: "t".repeat(300), user: "u".repeat(200) });
  const [whole] = recordsIn(encodeConnections(summary(), [ascii]).bytes);
  assert.deepEqual([whole.target.length, whole.user.length], [300, 200]);
  const [cut] = recordsIn(
    encodeConnections(summary(), [{ ...ascii, user: "\u20ac".repeat(200) }]).bytes,
  );
  assert.deepEqual([cut.target.length, cut.user.length], [128, 64]);
});

Deno.test("encodeDetail carries every reason once, over as many datagrams as it takes", () => {
  const name = fc.stringMatching(/^[a-z][a-z_]{0,63}$/);
  fc.assert(fc.property(fc.dictionary(name, size, { maxKeys: 100 }), (reasons) => {
    let seq = 5;
    const datagrams = encodeDetail(() => summary({ seq: seq++ }), reasons);
    const out: Record<string, number> = {};
    for (const [i, bytes] of datagrams.entries()) {
      assert.ok(bytes.length <= MAX_DATAGRAM_BYTES);
      const datagram = decode(bytes);
      assert.ok(datagram.kind === "detail");
      assert.equal(datagram.seq, 5 + i);
      for (const [reason, n] of Object.entries(datagram.reasons)) {
        assert.ok(!Object.hasOwn(out, reason));
        out[reason] = n;
      }
    }
    assert.deepEqual(out, { ...reasons });
    assert.ok(datagrams.length >= 1);
  }));
});

Deno.test("encodeDetail carries every backend and reason once, each datagram within its bound", () => {
  const state = fc.constantFrom("up" as const, "down" as const, "set_aside" as const);
  const record = fc.record({
    name: fc.stringMatching(/^[a-z.]{1,253}:[1-9]$/),
    weight: fc.integer({ min: 1, max: 256 }),
    state,
    active_connections: size,
    total_connections: size,
    bytes_sent: size,
    bytes_received: size,
    errors: size,
    check_latency_ms: fc.option(fc.integer({ min: 0, max: 10_000 })),
  }, { noNullPrototype: true });
  const backends = fc.array(record, { maxLength: MAX_BACKENDS });
  fc.assert(
    fc.property(backends, fc.boolean(), (backends, withReason) => {
      const reasons: Record<string, number> = withReason ? { connect_refused: 7 } : {};
      const datagrams = encodeDetail(() => summary(), reasons, backends);
      const details = datagrams.map((bytes) => {
        assert.ok(bytes.length <= MAX_DATAGRAM_BYTES, `${bytes.length} bytes`);
        const datagram = decode(bytes);
        assert.ok(datagram.kind === "detail");
        return datagram;
      });
      const out = details.flatMap((detail) => detail.backends.map(decodeBackend));
      assert.deepEqual(out, backends);
      assert.deepEqual(Object.assign({}, ...details.map((detail) => detail.reasons)), reasons);
    }),
    { numRuns: 30 },
  );
});

Deno.test("datagramSchema takes a detail of an older proxy, which has neither backends nor limits", () => {
  const older = { kind: "detail", ...summary(), reasons: {} };
  const datagram = datagramSchema.parse(older);
  assert.deepEqual(datagram, { ...older, backends: [] });
});

Deno.test("datagramSchema takes a detail of a newer proxy, and leaves out what it does not know", () => {
  const known = { kind: "detail", ...summary(), reasons: {}, backends: [], limits: limits() };
  const newer = { ...known, weather: { rain: [1] }, limits: { ...limits(), max_moods: 3 } };
  assert.deepEqual(datagramSchema.parse(newer), known);
});

Deno.test("datagramSchema throws nothing but its own error, and takes no datagram that is damaged", () => {
  const good = encodeConnections(summary(), [connection()]).bytes;
  assert.equal(datagramSchema.safeParse(JSON.parse(new TextDecoder().decode(good))).success, true);
  fc.assert(fc.property(fc.anything(), (value) => {
    assert.equal(datagramSchema.safeParse(value).success, false);
  }));
  fc.assert(
    fc.property(fc.jsonValue(), fc.constantFrom(...Object.keys(summary())), (value, key) => {
      const result = datagramSchema.safeParse({ ...decode(good), [key]: value });
      assert.equal(typeof result.success, "boolean");
      if (typeof value === "object") assert.equal(result.success, false);
    }),
  );
});

const damaged: [title: string, change: Record<string, unknown>][] = [
  ["another version", { v: 2 }],
  ["another kind", { kind: "x" }],
  ["an id with a space", { proxy_id: "a b" }],
  ["an id with markup", { proxy_id: "<img>" }],
  ["an empty id", { proxy_id: "" }],
  ["an id of 129 characters", { proxy_id: "a".repeat(129) }],
  ["a boot id in capitals", { boot_id: "A".repeat(32) }],
  ["a short boot id", { boot_id: "a".repeat(31) }],
  ["a negative seq", { seq: -1 }],
  ["a broken seq", { seq: 0.5 }],
  ["an unsafe total", { total_bytes_sent: 2 ** 53 }],
  ["a total as text", { total_connections: "1" }],
  ["no total", { total_connections: undefined }],
  ["an interval of 0", { interval: 0 }],
  ["an unknown state", { state: "paused" }],
  ["a record that is short", { connections: [[1, "a"]] }],
  ["a record that is long", { connections: [[...encodeRecord(connection()), 1]] }],
  ["a record as an object", { connections: [connection()] }],
  ["a port over 65535", { connections: [encodeRecord(connection({ client_port: 65536 }))] }],
  ["negative bytes", { connections: [encodeRecord(connection({ bytes_sent: -1 }))] }],
];
for (const [title, change] of damaged) {
  Deno.test(`datagramSchema refuses ${title}`, () => {
    const good = { ...summary(), kind: "connections", connections: [] };
    assert.equal(datagramSchema.safeParse(good).success, true);
    assert.equal(datagramSchema.safeParse({ ...good, ...change }).success, false);
  });
}

Deno.test("isActive is true for connecting and active alone", () => {
  const states = ["connecting", "active", "closed", "failed", "rejected"] as const;
  assert.deepEqual(states.map(isActive), [true, true, false, false, false]);
});
