import { strict as assert } from "node:assert";
import { sharing } from "../../../proxy/dns/sharing.ts";

function setUp(max: number) {
  const running: ({ name: string } & PromiseWithResolvers<string[]>)[] = [];
  const lookUp = sharing((name) => {
    const look = Promise.withResolvers<string[]>();
    running.push({ name, ...look });
    return look.promise;
  }, max);
  return { running, lookUp };
}

Deno.test("sharing looks a name up once for all who wait, and anew for who comes later", async () => {
  const { running, lookUp } = setUp(10);
  const first = Array.from({ length: 100 }, () => lookUp("a"));
  assert.equal(running.length, 1);
  running[0].resolve(["192.0.2.1"]);
  for (const addresses of await Promise.all(first)) assert.deepEqual(addresses, ["192.0.2.1"]);
  const later = lookUp("a");
  assert.equal(running.length, 2);
  running[1].reject(new Error("no"));
  await assert.rejects(later, /no/);
  lookUp("a");
  assert.equal(running.length, 3);
});

Deno.test("sharing refuses further names while too many are looked up, and no waiters", async () => {
  const { running, lookUp } = setUp(2);
  const waiting = [lookUp("a"), lookUp("b"), lookUp("a")];
  await assert.rejects(lookUp("c"), { code: "EDNSBUSY" });
  assert.deepEqual(running.map(({ name }) => name), ["a", "b"]);
  for (const look of running) look.resolve([]);
  await Promise.all(waiting);
  const next = lookUp("c");
  running[2].resolve(["::1"]);
  assert.deepEqual(await next, ["::1"]);
});
