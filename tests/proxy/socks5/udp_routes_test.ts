import fc from "fast-check";
import { strict as assert } from "node:assert";
import { setImmediate } from "node:timers/promises";
import { Failure, type FailureReason } from "../../../proxy/net/failure.ts";
import { canonical, type Route, Routes } from "../../../proxy/socks5/udp_routes.ts";

/** Routes whose look-ups end when the test says so. */
class Bench {
  now = 0;
  asked: string[] = [];
  judged: string[] = [];
  released: [name: string, held: number][] = [];
  pending: PromiseWithResolvers<string[]>[] = [];
  readonly routes: Routes;

  constructor(verdicts: Record<string, FailureReason> = {}) {
    this.routes = new Routes({
      resolve: (host) => {
        this.asked.push(host);
        const answer = Promise.withResolvers<string[]>();
        this.pending.push(answer);
        return answer.promise;
      },
      judge: (host, ip, port) => {
        this.judged.push(`${host} ${ip} ${port}`);
        return verdicts[ip] ?? null;
      },
      release: ({ name }, held) => this.released.push([name, held.length]),
      now: () => this.now,
    }, 60_000);
  }

  find(host: string, port = 53): Route {
    const route = this.routes.find({ host, port });
    assert.ok(route);
    return route;
  }

  async answer(...addresses: string[]): Promise<void> {
    this.pending.shift()!.resolve(addresses);
    await setImmediate();
  }

  async fail(error: Error): Promise<void> {
    this.pending.shift()!.reject(error);
    await setImmediate();
  }
}

const hosts = (route: Route) => route.peers.map(({ address }) => address.hostname);

Deno.test("Routes sends to an address at once, and judges it once", () => {
  const bench = new Bench();
  const route = bench.find("192.0.2.1");
  assert.equal(route.held, null);
  assert.deepEqual(hosts(route), ["192.0.2.1"]);
  assert.equal(bench.find("192.0.2.1"), route);
  assert.notEqual(bench.find("192.0.2.1", 54), route);
  assert.deepEqual(bench.judged, ["192.0.2.1 192.0.2.1 53", "192.0.2.1 192.0.2.1 54"]);
  assert.deepEqual(bench.asked, []);
});

Deno.test("Routes looks a name up once for many datagrams, and holds them meanwhile", async () => {
  const bench = new Bench();
  const route = bench.find("a.test");
  const payload = new Uint8Array([1, 2, 3]);
  for (let i = 0; i < 5; i++) {
    assert.equal(bench.find("a.test"), route);
    assert.ok(bench.routes.hold(route, payload));
  }
  payload.fill(9);
  assert.deepEqual([...route.held![0]], [1, 2, 3], "a copy");
  await bench.answer("192.0.2.1", "2001:db8:0:0::1");
  assert.deepEqual(bench.asked, ["a.test"]);
  assert.deepEqual(bench.released, [["a.test:53", 5]]);
  assert.equal(route.held, null);
  assert.deepEqual(hosts(route), ["192.0.2.1", "2001:db8::1"]);
  assert.deepEqual(bench.judged, ["a.test 192.0.2.1 53", "a.test 2001:db8::1 53"]);
});

Deno.test("Routes keeps a name's address while it is in use, and asks again when it was not", async () => {
  const bench = new Bench();
  bench.find("a.test");
  await bench.answer("192.0.2.1");
  for (bench.now = 50_000; bench.now < 500_000; bench.now += 50_000) bench.find("a.test");
  assert.equal(bench.asked.length, 1);
  bench.now += 60_000;
  bench.find("a.test");
  assert.equal(bench.asked.length, 2);
});

Deno.test("Routes refuses what is denied, and of a name's addresses uses the others", async () => {
  const bench = new Bench({ "127.0.0.1": "target_denied" });
  assert.equal(bench.find("127.0.0.1").refusal, "target_denied");
  const both = bench.find("both.test");
  await bench.answer("::ffff:127.0.0.1", "192.0.2.1");
  assert.deepEqual([both.refusal, hosts(both)], ["", ["192.0.2.1"]]);
  const none = bench.find("none.test");
  await bench.answer("127.0.0.1");
  assert.deepEqual([none.refusal, hosts(none)], ["target_denied", []]);
});

Deno.test("Routes asks about a refused target again after five seconds", async () => {
  const bench = new Bench();
  const missing = (code: string) => Object.assign(new Error(code), { code });
  const cases: [Error, FailureReason][] = [
    [missing("ENOTFOUND"), "name_not_found"],
    [missing("ENODATA"), "name_not_found"],
    [missing("EAI_AGAIN"), "name_error"],
    [new Failure("target_denied"), "target_denied"],
  ];
  for (const [error, reason] of cases) {
    const first = bench.find("a.test");
    await bench.fail(error);
    assert.equal(first.refusal, reason);
    bench.now += 4999;
    assert.equal(bench.find("a.test"), first);
    bench.now += 1;
    const second = bench.find("a.test");
    assert.notEqual(second, first);
    await bench.answer();
    assert.equal(second.refusal, "name_not_found");
    bench.now += 5000;
  }
  assert.equal(bench.asked.length, cases.length * 2);
});

Deno.test("Routes bounds the names that are looked up, and what waits for them", async () => {
  const bench = new Bench();
  for (let i = 0; i < 16; i++) bench.find(`${i}.test`);
  assert.equal(bench.routes.find({ host: "16.test", port: 53 }), null);
  assert.ok(bench.routes.find({ host: "192.0.2.1", port: 53 }), "an address needs no look-up");
  const [first, second] = [bench.find("0.test"), bench.find("1.test")];
  assert.ok(bench.routes.hold(first, new Uint8Array(40_000)));
  assert.ok(!bench.routes.hold(second, new Uint8Array(40_000)));
  await bench.answer("192.0.2.1");
  assert.ok(bench.routes.hold(second, new Uint8Array(40_000)));
  for (let i = 1; i < 64; i++) assert.ok(bench.routes.hold(second, new Uint8Array(1)));
  assert.ok(!bench.routes.hold(second, new Uint8Array(1)));
  assert.ok(bench.routes.find({ host: "16.test", port: 53 }));
});

Deno.test("canonical writes every IPv6 address as the system does", () => {
  // A URL's host is written by the same rules (RFC 5952), but for mapped addresses.
  const group = fc.oneof(fc.constant(0), fc.integer({ min: 0, max: 0xffff }));
  const groups = fc.array(group, { minLength: 8, maxLength: 8 });
  fc.assert(fc.property(groups, (groups) => {
    const ip = groups.map((group) => group.toString(16)).join(":");
    const written = new URL(`http://[${ip}]/`).hostname.slice(1, -1);
    if (!written.startsWith("::ffff:")) assert.equal(canonical(ip), written);
  }));
  assert.equal(canonical("::ffff:192.0.2.1"), "192.0.2.1");
  assert.equal(canonical("192.0.2.1"), "192.0.2.1");
});
