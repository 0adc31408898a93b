import { strict as assert } from "node:assert";
import fc from "fast-check";
import {
  hostOf,
  labelFinder,
  type LabelProblem,
  labelsText,
  MAX_LABELS,
  parseAddress,
  parseLabels,
} from "../../../dashboard/state/labels.ts";
import { createLabels } from "../../../dashboard/state/label_store.ts";
import { isWithin, parseCidr } from "../../../proxy/net/cidr.ts";

function labels(text: string) {
  const parsed = parseLabels(text);
  assert.ok("labels" in parsed);
  return parsed.labels;
}

Deno.test("labelFinder names an address by the longest prefix that it has", () => {
  const find = labelFinder(labels(`
    10.0.0.0/8 = office
    10.1.0.0/16 = lab
    10.1.2.3 = printer
    2001:db8::/32 = six
    2001:db8:0:1::/64 = seven
    ::1 = me
    192.168.0.0/0 = anywhere
  `));
  const table: [address: string, name: string][] = [
    ["10.2.3.4", "office"],
    ["10.1.9.9", "lab"],
    ["10.1.2.3", "printer"],
    ["::ffff:10.1.2.3", "printer"],
    ["8.8.8.8", "anywhere"],
    ["2001:db8:ffff::1", "six"],
    ["2001:DB8:0:1::9", "seven"],
    ["::1", "me"],
    ["fe80::1", ""],
    ["example.org", ""],
    ["10.1.2.300", ""],
    ["", ""],
  ];
  for (const [address, name] of table) assert.equal(find(address), name, address);
  assert.equal(labelFinder([])("10.0.0.1"), "");
});

Deno.test("labelFinder agrees with the proxy's own networks", () => {
  const v4 = fc.tuple(fc.ipV4(), fc.integer({ min: 0, max: 32 }));
  const v6 = fc.tuple(fc.ipV6(), fc.integer({ min: 0, max: 128 }));
  const address = fc.oneof(fc.ipV4(), fc.ipV6());
  fc.assert(fc.property(fc.oneof(v4, v6), address, ([network, bits], address) => {
    const isMapped = (text: string) => /^(0*:)*0*:?ffff:/i.test(text) || /::ffff:/i.test(text);
    // The proxy takes IPv4 in IPv6 apart before it asks.
    fc.pre(!isMapped(network) && !isMapped(address));
    // A network of IPv6 short of the mapped prefix holds no address of IPv4.
    fc.pre(network.includes(":") === address.includes(":"));
    const found = labelFinder(labels(`${network}/${bits} = x`))(address);
    assert.equal(found === "x", isWithin([parseCidr(`${network}/${bits}`)], address));
  }));
});

Deno.test("parseLabels says which line is none, and why", () => {
  const many = Array.from({ length: MAX_LABELS + 1 }, (_, i) => `10.0.${i >> 8}.${i & 255} = x`);
  const table: [text: string, line: number, problem: LabelProblem][] = [
    ["10.0.0.0/8", 1, "form"],
    ["\n10.0.0.0/33 = x", 2, "network"],
    ["10.0.0 = x", 1, "network"],
    ["1:2:3 = x", 1, "network"],
    ["1::2::3 = x", 1, "network"],
    ["::1/129 = x", 1, "network"],
    ["::1/8/8 = x", 1, "network"],
    ["host = x", 1, "network"],
    ["10.0.0.1 =", 1, "name"],
    [`10.0.0.1 = ${"x".repeat(41)}`, 1, "name"],
    ["10.0.0.0/8 = a\n10.9.9.9/8 = b", 2, "twice"],
    [many.join("\n"), MAX_LABELS + 1, "many"],
  ];
  for (const [text, line, problem] of table) {
    assert.deepEqual(parseLabels(text), { line, problem }, text.slice(0, 40));
  }
  const text = "10.0.0.0/8 = a = b\n::1 = me";
  assert.equal(labelsText(labels(text)), text);
});

Deno.test("parseAddress reads every form of an address", () => {
  const table: [text: string, groups: number[] | null][] = [
    ["::", [0, 0, 0, 0, 0, 0, 0, 0]],
    ["1::", [1, 0, 0, 0, 0, 0, 0, 0]],
    ["::ffff:1.2.3.4", [0, 0, 0, 0, 0, 0xffff, 0x102, 0x304]],
    ["1.2.3.4", [0, 0, 0, 0, 0, 0xffff, 0x102, 0x304]],
    ["1:2:3:4:5:6:7:8", [1, 2, 3, 4, 5, 6, 7, 8]],
    ["1:2:3:4:5:6:7:8:9", null],
    ["1:2:3:4:5:6:7::8", null],
    ["12345::", null],
    [":::", null],
    ["a".repeat(60), null],
  ];
  for (const [text, groups] of table) assert.deepEqual(parseAddress(text), groups, text);
});

Deno.test("hostOf takes the port away", () => {
  const table = [
    ...[["10.0.0.1:80", "10.0.0.1"], ["[2001:db8::1]:80", "2001:db8::1"]],
    ...[["example.org:443", "example.org"], ["2001:db8::1", "2001:db8::1"], ["", ""]],
  ];
  for (const [target, host] of table) assert.equal(hostOf(target), host);
});

Deno.test("createLabels keeps them for the next visit, and goes without a storage", () => {
  const kept = new Map<string, string>();
  const storage = () => ({
    getItem: (key: string) => kept.get(key) ?? null,
    setItem: (key: string, value: string) => void kept.set(key, value),
  });
  createLabels(storage).set(labels("10.0.0.0/8 = office"));
  assert.equal(createLabels(storage).find.value("10.0.0.1"), "office");
  kept.set("labels", "nonsense");
  assert.deepEqual(createLabels(storage).labels.value, []);
  const refused = createLabels(() => {
    throw new DOMException("no", "SecurityError");
  });
  refused.set(labels("::1 = me"));
  assert.equal(refused.find.value("::1"), "me");
});
