import { strict as assert } from "node:assert";
import { Blocks, networkKey } from "../../../proxy/access/blocks.ts";

Deno.test("Blocks holds addresses and networks until their time is over", () => {
  let now = 0;
  const blocks = new Blocks(() => now);
  assert.equal(blocks.add("10.0.0.0/8", 10), true);
  assert.equal(blocks.add("2001:db8::1", 20), true);
  assert.equal(blocks.client("10.9.9.9"), "client_blocked");
  assert.equal(blocks.client("2001:db8::1"), "client_blocked");
  assert.equal(blocks.client("2001:db8::2"), null);
  assert.equal(blocks.client("nonsense"), null);
  now = 10_000;
  assert.equal(blocks.client("10.9.9.9"), null);
  blocks.expire();
  assert.equal(blocks.size, 1);
  assert.equal(blocks.remove("2001:DB8:0::1/128"), true);
  assert.equal(blocks.remove("2001:db8::1"), false);
});

Deno.test("Blocks takes no more than its bound, but those anew that it has", () => {
  let now = 0;
  const blocks = new Blocks(() => now);
  for (let i = 0; i < 1024; i++) assert.equal(blocks.add(`10.0.${i >> 8}.${i & 255}`, 10), true);
  assert.equal(blocks.add("11.0.0.1", 10), false);
  assert.equal(blocks.add("10.0.0.1", 99), true);
  now = 50_000;
  assert.equal(blocks.add("11.0.0.1", 10), true);
  assert.equal(blocks.size, 2);
});

Deno.test("networkKey is the same for every way to write a network", () => {
  for (
    const [one, other] of [
      ["10.1.2.3/8", "10.0.0.0/8"],
      ["::ffff:10.0.0.1", "10.0.0.1/32"],
      ["2001:db8::5/32", "2001:0db8::/32"],
      ["1.2.3.4/0", "0.0.0.0/0"],
    ]
  ) assert.equal(networkKey(one), networkKey(other), one);
  assert.notEqual(networkKey("10.0.0.0/8"), networkKey("10.0.0.0/9"));
});
