import { strict as assert } from "node:assert";
import fc from "fast-check";
import type { Backend } from "../../../proxy/tcp/backend.ts";
import { Balancer } from "../../../proxy/tcp/balancer.ts";
import { type Algorithm, ALGORITHMS } from "../../../proxy/tcp/options.ts";

const traffic = () => ({ bytes_sent: 0, bytes_received: 0, last_activity: 0 });

/** Backends named by letters, with these weights. */
function balancer(lb: Algorithm, weights: number[], random?: () => number) {
  const targets = weights.map((weight, i) => ({
    host: String.fromCharCode(97 + i),
    port: 1,
    weight,
  }));
  return new Balancer({ targets, lb, now: () => 0, random });
}

const letter = (backend: Backend | null) => backend?.name[0] ?? "-";
const turns = (of: Balancer, n: number) =>
  Array.from({ length: n }, () => letter(of.pick("192.0.2.1"))).join("");

const cycles: [weights: number[], turns: string][] = [
  [[1], "aaa"],
  [[1, 1], "abab"],
  [[1, 1, 1], "abcabc"],
  [[2, 1], "abaaba"],
  [[5, 1, 1], "aabacaaaabacaa"],
  [[1, 3], "babbbabb"],
];
for (const [weights, expected] of cycles) {
  Deno.test(`Balancer takes turns as smoothly as weights ${weights} allow`, () => {
    assert.equal(turns(balancer("roundrobin", weights), expected.length), expected);
  });
}

const someWeights = fc.array(fc.integer({ min: 1, max: 20 }), { minLength: 1, maxLength: 8 });

Deno.test("Balancer gives each backend its weight in every cycle of the round robin", () => {
  fc.assert(fc.property(someWeights, (weights) => {
    const it = balancer("roundrobin", weights);
    const sum = weights.reduce((a, b) => a + b, 0);
    for (let cycle = 0; cycle < 2; cycle++) {
      const counts = new Map<Backend, number>();
      for (let i = 0; i < sum; i++) {
        const backend = it.pick("::1")!;
        counts.set(backend, (counts.get(backend) ?? 0) + 1);
      }
      assert.deepEqual(it.backends.map((backend) => counts.get(backend)), weights);
    }
  }));
});

const chances: [chance: number, letter: string][] = [
  [0, "a"],
  [0.2499, "a"],
  [0.25, "b"],
  [0.7499, "b"],
  [0.75, "c"],
  [0.9999999999999999, "c"],
];
for (const [chance, expected] of chances) {
  Deno.test(`Balancer draws ${expected} of weights 1, 2, 1 at the chance ${chance}`, () => {
    assert.equal(letter(balancer("random", [1, 2, 1], () => chance).pick("::1")), expected);
  });
}

Deno.test("Balancer gives connections to who has the fewest for its weight, and takes turns among equals", () => {
  const it = balancer("leastconn", [1, 2]);
  const open: { backend: Backend; traffic: ReturnType<typeof traffic> }[] = [];
  const next = () => {
    const backend = it.pick("::1")!;
    open.push({ backend, traffic: traffic() });
    backend.open(open.at(-1)!.traffic, 0);
    return letter(backend);
  };
  const first = [next(), next(), next(), next(), next(), next()];
  assert.equal(first.filter((letter) => letter === "b").length, 4);
  for (const { backend, traffic } of open.filter(({ backend }) => letter(backend) === "b")) {
    backend.close(traffic);
  }
  assert.deepEqual([next(), next(), next()], ["b", "b", "b"]);
  assert.equal(turns(balancer("leastconn", [1, 1]), 4), "abab");
});

const clients = Array.from({ length: 4000 }, (_, i) => `10.${i >> 8}.${i & 255}.${(i * 7) & 255}`);

Deno.test("Balancer sends a client to the same backend each time by hash, and weights share the clients", () => {
  const it = balancer("hash", [1, 1, 2]);
  const counts: Record<string, number> = { a: 0, b: 0, c: 0 };
  for (const client of clients) {
    const backend = it.pick(client);
    assert.equal(it.pick(client), backend);
    counts[letter(backend)]++;
  }
  assert.ok(Math.abs(counts.a - 1000) < 150, JSON.stringify(counts));
  assert.ok(Math.abs(counts.b - 1000) < 150, JSON.stringify(counts));
  assert.ok(Math.abs(counts.c - 2000) < 150, JSON.stringify(counts));
});

Deno.test("Balancer moves by hash only the clients of the backend that goes, or to the one that comes", () => {
  fc.assert(
    fc.property(
      fc.integer({ min: 2, max: 8 }),
      fc.nat(),
      fc.array(fc.oneof(fc.ipV4(), fc.ipV6()), { minLength: 50, maxLength: 50 }),
      (n, nth, clients) => {
        const all = balancer("hash", Array(n).fill(1));
        const gone = all.backends[nth % n];
        const before = clients.map((client) => all.pick(client));
        gone.healthy = false;
        clients.forEach((client, i) => {
          const backend = all.pick(client);
          assert.notEqual(backend, gone);
          if (before[i] !== gone) assert.equal(backend, before[i]);
        });
      },
    ),
  );
});

Deno.test("Balancer does not ask in which order backends were named for hash", () => {
  const ab = ["a", "b", "c"].map((host) => ({ host, port: 1, weight: 1 }));
  const one = new Balancer({ targets: ab, lb: "hash", now: () => 0 });
  const two = new Balancer({ targets: ab.toReversed(), lb: "hash", now: () => 0 });
  for (const client of clients.slice(0, 200)) {
    assert.equal(one.pick(client)?.name, two.pick(client)?.name);
  }
});

for (const lb of ALGORITHMS) {
  Deno.test(`Balancer never picks a backend that is down or was tried by ${lb} while another is up`, () => {
    const story = fc.record({
      weights: fc.array(fc.integer({ min: 1, max: 9 }), { minLength: 1, maxLength: 6 }),
      down: fc.array(fc.boolean(), { minLength: 6, maxLength: 6 }),
      aside: fc.array(fc.boolean(), { minLength: 6, maxLength: 6 }),
      tried: fc.array(fc.boolean(), { minLength: 6, maxLength: 6 }),
    });
    fc.assert(fc.property(story, fc.ipV4(), ({ weights, down, aside, tried }, client) => {
      const it = balancer(lb, weights);
      it.backends.forEach((backend, i) => {
        backend.healthy = !down[i];
        if (aside[i]) backend.failed(0, 0);
      });
      const before = it.backends.filter((_, i) => tried[i]);
      const rest = it.backends.filter((_, i) => !tried[i]);
      const up = rest.filter((backend) => backend.isUsable(0));
      const picked = it.pick(client, before.length > 0 ? before : undefined);
      if (rest.length === 0) assert.equal(picked, null);
      else if (up.length > 0) assert.ok(up.includes(picked!));
      else assert.ok(rest.includes(picked!));
    }));
  });

  Deno.test(`Balancer tries all by ${lb}, each once, when all are down`, () => {
    const it = balancer(lb, [1, 5, 2, 1]);
    for (const backend of it.backends) backend.healthy = false;
    const tried: Backend[] = [];
    for (let i = 0; i < 4; i++) tried.push(it.pick("192.0.2.9", i > 0 ? tried : undefined)!);
    assert.equal(new Set(tried).size, 4);
    assert.equal(it.pick("192.0.2.9", tried), null);
  });
}

Deno.test("Balancer comes back to a backend once its pause is over", () => {
  let now = 0;
  const targets = ["a", "b"].map((host) => ({ host, port: 1, weight: 1 }));
  const it = new Balancer({ targets, lb: "roundrobin", now: () => now });
  it.backends[0].failed(0, 0);
  assert.equal(turns(it, 3), "bbb");
  now = 1_000;
  assert.ok(turns(it, 2).includes("a"));
});
