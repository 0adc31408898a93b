import { strict as assert } from "node:assert";
import {
  type ConnectionRecord,
  datagramSchema,
  decodeRecord,
  encodeConnections,
  MAX_DATAGRAM_BYTES,
  type Summary,
} from "../../../proxy/stats/report.ts";
import { detailItems, encodeDetailPart } from "../../../proxy/stats/report_detail.ts";
import { labelsParts } from "../../../proxy/stats/labels_record.ts";
import { backend, connection, limits, summary } from "../../support/reports.ts";

const MOST = Number.MAX_SAFE_INTEGER;
const text = (bytes: Uint8Array) => new TextDecoder("utf-8", { fatal: true }).decode(bytes);

/** What the datagram says, as far as it holds the contract. */
function recordsIn(bytes: Uint8Array): ConnectionRecord[] {
  const datagram = datagramSchema.parse(JSON.parse(text(bytes)));
  assert.ok(datagram.kind === "connections");
  return datagram.connections.map(decodeRecord);
}

const SUMMARY = '{"kind":"connections","v":1,"proxy_id":"edge-1",' +
  `"boot_id":"${"a".repeat(32)}","seq":0,"sent_at":1800000000,"interval":5,"refresh_s":5,` +
  '"state":"running","proxy_type":"http","listen_addr":"127.0.0.1:8080","host":"edge",' +
  '"version":"0.1.0","start_time":1799999900,"total_connections":10,"active_connections":2,' +
  '"total_bytes_sent":1000,"total_bytes_received":2000,"rejected_connections":1,' +
  '"failed_connections":3,"omitted_connections":0,"connections":';

const FIRST = '[1,"192.0.2.1",50000,';
const LAST = ',100,200,1799999990,1799999999,"active",';

/** Records, and how they look on the wire. */
const table: [title: string, record: Partial<ConnectionRecord>, wire: string][] = [
  ["an ordinary one", {}, `${FIRST}"example.com:443"${LAST}"","",1]`],
  [
    "the least of everything",
    {
      ...{ id: 0, client_ip: "", client_port: 0, target: "", bytes_sent: 0, bytes_received: 0 },
      ...{ start_time: 0, last_activity: 0, state: "connecting", requests: 0 },
    },
    '[0,"",0,"",0,0,0,0,"connecting","","",0]',
  ],
  [
    "the most of every number",
    {
      ...{ id: MOST, client_ip: "2001:db8:1:2:3:4:5:6", client_port: 65535 },
      ...{ bytes_sent: MOST, bytes_received: MOST, requests: MOST },
      ...{ start_time: 1e11, last_activity: 99_999_999_999.123 },
    },
    '[9007199254740991,"2001:db8:1:2:3:4:5:6",65535,"example.com:443",9007199254740991,' +
    '9007199254740991,100000000000,99999999999.123,"active","","",9007199254740991]',
  ],
  [
    "times with milliseconds",
    { start_time: 1_799_999_990.001, last_activity: 1_799_999_999.5 },
    `${FIRST}"example.com:443",100,200,1799999990.001,1799999999.5,"active","","",1]`,
  ],
  [
    "a failed one with user and reason",
    { state: "failed", user: "alice", reason: "connect_refused" },
    `${FIRST}"example.com:443",100,200,1799999990,1799999999,"failed","alice","connect_refused",1]`,
  ],
  [
    "a target beyond ASCII",
    { target: "bücher.例え:443" },
    `${FIRST}"bücher.例え:443"${LAST}"","",1]`,
  ],
  ["a user beyond the basic plane", { user: "😀" }, `${FIRST}"example.com:443"${LAST}"😀","",1]`],
  [
    "characters that JSON escapes",
    { target: '"\\\n\t\0\x7f', user: "</script>" },
    `${FIRST}"\\"\\\\\\n\\t\\u0000\x7f"${LAST}"</script>","",1]`,
  ],
  [
    "half of a surrogate pair",
    { user: "a\ud83d" },
    `${FIRST}"example.com:443"${LAST}"a\\ud83d","",1]`,
  ],
];

for (const [title, record, wire] of table) {
  Deno.test(`encodeConnections writes ${title}, and decodeRecord reads it`, () => {
    const whole = connection(record);
    const { bytes, next } = encodeConnections(summary(), [whole]);
    assert.equal(text(bytes), `${SUMMARY}[${wire}]}`);
    assert.equal(next, 1);
    assert.deepEqual(recordsIn(bytes), [whole]);
  });
}

Deno.test("encodeConnections writes several records with commas between them", () => {
  const { bytes } = encodeConnections(summary(), [connection(), connection()]);
  const one = `${FIRST}"example.com:443"${LAST}"","",1]`;
  assert.equal(text(bytes), `${SUMMARY}[${one},${one}]}`);
});

/** What a record beside this summary leaves to `maxBytes`. */
const sizeOf = (record: ConnectionRecord) => encodeConnections(summary(), [record]).bytes.length;

for (const maxBytes of [MAX_DATAGRAM_BYTES, 1340, 900]) {
  Deno.test(`encodeConnections fills ${maxBytes} bytes to the last one, and clips a record of one more`, () => {
    for (const letter of ["x", "ß", "€", "\0"]) {
      const width = JSON.stringify(letter).length - 2 === 1
        ? new TextEncoder().encode(letter).length
        : 6;
      const empty = connection({ target: "", user: "" });
      const room = maxBytes - sizeOf(empty);
      // The target takes what whole letters can, and ASCII the rest.
      const user = "u".repeat(room % width);
      const target = letter.repeat((room - user.length) / width);
      const exact = { ...empty, target, user };
      const { bytes } = encodeConnections(summary(), [exact], 0, maxBytes);
      assert.equal(bytes.length, maxBytes);
      const [record] = decodeLoosely(bytes);
      assert.deepEqual([record[3], record[9]], [target, user]);
      const more = { ...exact, user: user + "u" };
      const clipped = encodeConnections(summary(), [more], 0, maxBytes);
      assert.ok(clipped.bytes.length < maxBytes);
      assert.equal(clipped.next, 1);
      const [cut] = decodeLoosely(clipped.bytes);
      assert.ok(target.startsWith(cut[3] as string) && (cut[3] as string).length > 0);
    }
  });
}

/** The records without the bounds of the schema on texts: longer ones than collectors keep fill a datagram. */
function decodeLoosely(bytes: Uint8Array): unknown[][] {
  return JSON.parse(text(bytes)).connections;
}

Deno.test("encodeConnections keeps every number of a record that it clips", () => {
  const record = connection({ target: "€".repeat(261), user: "€".repeat(128), requests: MOST });
  const [out] = recordsIn(encodeConnections(summary(), [record], 0, 1000).bytes);
  assert.deepEqual({ ...out, target: "", user: "" }, { ...record, target: "", user: "" });
  assert.ok(out.target.length > 0 && record.target.startsWith(out.target));
});

/** The longest summary that a proxy has. */
const longest: Partial<Summary> = {
  proxy_id: "p".repeat(128),
  listen_addr: "[2001:db8:1111:2222:3333:4444:5555:6666]:65535",
  host: "h".repeat(64),
  version: "100.100.100-pre",
  sent_at: 99_999_999_999.123,
  start_time: 99_999_999_999.123,
  refresh_s: 999_999.123,
  interval: 3599.9,
  state: "draining",
  proxy_type: "socks5",
  ...Object.fromEntries(
    ["seq", "total_connections", "active_connections", "total_bytes_sent", "total_bytes_received"]
      .concat(["rejected_connections", "failed_connections", "omitted_connections"])
      .map((name) => [name, MOST]),
  ),
};

Deno.test("encodeConnections and encodeDetailPart keep to 1,340 bytes beside the longest summary", () => {
  const worst = connection({
    ...{ id: MOST, client_ip: "2001:db8:1111:2222:3333:4444:5555:6666", client_port: 65535 },
    ...{ bytes_sent: MOST, bytes_received: MOST, requests: MOST, state: "connecting" },
    ...{ target: "\0".repeat(261), user: "\0".repeat(128), reason: "r".repeat(64) },
    ...{ start_time: 99_999_999_999.123, last_activity: 99_999_999_999.123 },
  });
  const { bytes, next } = encodeConnections(summary(longest), [worst, worst], 0, 1340);
  assert.equal(next, 1);
  assert.ok(bytes.length <= 1340, `${bytes.length} bytes`);
  const figures = {
    ...{ weight: 256, active_connections: MOST, total_connections: MOST, errors: MOST },
    ...{ bytes_sent: MOST, bytes_received: MOST, check_latency_ms: 9_999_999.123 },
  };
  const name = `${"b".repeat(253)}:65535`;
  const mostLimits = limits(Object.fromEntries(Object.keys(limits()).map((key) => [key, MOST])));
  const items = detailItems(
    { ["r".repeat(64)]: MOST },
    [backend({ ...figures, name, state: "set_aside" })],
    mostLimits,
    // One of them has characters of four bytes, the others as many of three as go together.
    labelsParts(MOST, {
      ["n".repeat(32)]: "\u{1f600}".repeat(64),
      ...Object.fromEntries(Array.from({ length: 15 }, (_, i) => [`a${i}`, "€".repeat(5)])),
    }),
  );
  for (let from = 0; from < items.length;) {
    const part = encodeDetailPart(summary(longest), items, from, 1340);
    assert.ok(part.bytes.length <= 1340, `${part.bytes.length} bytes`);
    from = part.next;
  }
});

Deno.test("encodeDetailPart writes reasons and backends, and fills datagrams up to the last byte", () => {
  const one = backend({ name: "a:1" });
  const items = detailItems({ refused: 3, done: 1 }, [one, one]);
  const head = SUMMARY.replace("connections", "detail").replace(/"connections":$/, "");
  const wire = '["a:1",1,"up",2,9,100,200,1,0.4]';
  const { bytes, next } = encodeDetailPart(summary(), items);
  assert.equal(
    text(bytes),
    `${head}"reasons":{"refused":3,"done":1},"backends":[${wire},${wire}]}`,
  );
  assert.equal(next, 4);
  assert.equal(encodeDetailPart(summary(), items, 0, bytes.length).next, 4);
  const less = encodeDetailPart(summary(), items, 0, bytes.length - 1);
  assert.equal(less.next, 3);
  const rest = encodeDetailPart(summary(), items, less.next, bytes.length - 1);
  assert.equal(text(rest.bytes), `${head}"reasons":{},"backends":[${wire}]}`);
  assert.equal(encodeDetailPart(summary(), items, 0, 1).next, 1, "at least one goes");
  const withLimits = encodeDetailPart(summary(), detailItems({}, [one], limits()));
  assert.equal(
    text(withLimits.bytes),
    `${head}"reasons":{},"backends":[${wire}],"limits":{"max_connections":8000,` +
      '"max_connections_per_client":null,"accept_rate":null,"idle_timeout":null,"bandwidth":null,' +
      '"bandwidth_per_connection":null,"connect_timeout":10,"drain_timeout":10,' +
      '"max_header_size":65536,"max_body_size":null}}',
  );
  const size = withLimits.bytes.length;
  assert.equal(encodeDetailPart(summary(), detailItems({}, [one], limits()), 0, size).next, 2);
  assert.equal(encodeDetailPart(summary(), detailItems({}, [one], limits()), 0, size - 1).next, 1);
});
