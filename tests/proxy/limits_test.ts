import { strict as assert } from "node:assert";
import fc from "fast-check";
import { ConnectionLimits, Permit, type Rejection } from "../../proxy/limits.ts";

const NONE = { maxConnections: 1000, maxConnectionsPerClient: null, acceptRate: null };

function admitted(result: Permit | Rejection): Permit {
  assert.ok(result instanceof Permit, `refused: ${result}`);
  return result;
}

Deno.test("ConnectionLimits takes as many connections as it may, and more when one has ended", () => {
  const limits = new ConnectionLimits({ ...NONE, maxConnections: 2 });
  const first = admitted(limits.admit("a"));
  {
    using _ = admitted(limits.admit("b"));
    assert.equal(limits.admit("c"), "max_connections");
    assert.equal(limits.open, 2);
  }
  admitted(limits.admit("c"));
  assert.equal(limits.admit("d"), "max_connections");
  first[Symbol.dispose]();
  first[Symbol.dispose]();
  assert.equal(limits.open, 1);
  admitted(limits.admit("d"));
  assert.equal(limits.admit("e"), "max_connections");
});

Deno.test("ConnectionLimits counts each client for itself", () => {
  const limits = new ConnectionLimits({ ...NONE, maxConnectionsPerClient: 1 });
  const permit = admitted(limits.admit("a"));
  assert.equal(limits.admit("a"), "max_connections_per_client");
  admitted(limits.admit("b"));
  permit[Symbol.dispose]();
  admitted(limits.admit("a"));
});

Deno.test("ConnectionLimits takes a burst of a second's connections, then one each part of it", () => {
  let now = 5000;
  const limits = new ConnectionLimits({ ...NONE, acceptRate: 4 }, () => now);
  const taken = () => limits.admit("a") instanceof Permit;
  assert.deepEqual([1, 2, 3, 4, 5].map(taken), [true, true, true, true, false]);
  assert.equal(limits.admit("a"), "accept_rate");
  admitted(limits.admit("b"));
  now += 249;
  assert.equal(taken(), false);
  now += 1;
  assert.deepEqual([taken(), taken()], [true, false]);
  now += 60_000;
  assert.deepEqual([1, 2, 3, 4, 5].map(taken), [true, true, true, true, false]);
});

Deno.test("ConnectionLimits takes none of a client's rate for what another limit stands against", () => {
  const limits = new ConnectionLimits({
    maxConnections: 2,
    maxConnectionsPerClient: 1,
    acceptRate: 2,
  }, () => 0);
  const first = admitted(limits.admit("a"));
  for (let i = 0; i < 9; i++) assert.equal(limits.admit("a"), "max_connections_per_client");
  const other = admitted(limits.admit("b"));
  for (let i = 0; i < 9; i++) assert.equal(limits.admit("a"), "max_connections");
  first[Symbol.dispose]();
  other[Symbol.dispose]();
  admitted(limits.admit("a"))[Symbol.dispose]();
  assert.equal(limits.admit("a"), "accept_rate");
});

Deno.test("ConnectionLimits remembers no client where no limit is by client", () => {
  const limits = new ConnectionLimits(NONE);
  for (let i = 0; i < 100; i++) admitted(limits.admit(`10.0.0.${i}`));
  assert.equal(limits.clients, 0);
});

Deno.test("ConnectionLimits forgets a client with its last connection, or once its rate is whole again", () => {
  let now = 0;
  const counted = new ConnectionLimits({ ...NONE, maxConnectionsPerClient: 5 });
  const permits = [admitted(counted.admit("a")), admitted(counted.admit("a"))];
  permits[0][Symbol.dispose]();
  assert.equal(counted.clients, 1);
  permits[1][Symbol.dispose]();
  assert.equal(counted.clients, 0);

  const rated = new ConnectionLimits({ ...NONE, acceptRate: 2 }, () => now);
  admitted(rated.admit("a"));
  now = 300;
  admitted(rated.admit("b"));
  now = 499;
  rated.tick();
  assert.equal(rated.clients, 2);
  now = 500;
  rated.tick();
  assert.equal(rated.clients, 1);
  now = 800;
  rated.tick();
  assert.equal(rated.clients, 0);
});

Deno.test("ConnectionLimits holds at most 65,536 clients, and goes on with rates when there are more", () => {
  const rated = new ConnectionLimits({ ...NONE, maxConnections: 1e6, acceptRate: 1 }, () => 0);
  for (let i = 0; i < 70_000; i++) admitted(rated.admit(`client ${i}`));
  assert.equal(rated.clients, 65_536);
  assert.equal(rated.admit("client 69999"), "accept_rate");
  // The one longest unseen was forgotten, which gave it a whole burst again.
  admitted(rated.admit("client 0"));
});

Deno.test("ConnectionLimits forgets those first that were not seen for longest", () => {
  const limits = new ConnectionLimits({ ...NONE, acceptRate: 1 }, () => 0, 2);
  admitted(limits.admit("persistent"));
  for (let i = 0; i < 100; i++) {
    admitted(limits.admit(`other ${i}`));
    assert.equal(limits.admit("persistent"), "accept_rate");
  }
});

Deno.test("ConnectionLimits refuses new clients while 65,536 have connections, and no old one", () => {
  const limits = new ConnectionLimits({
    ...NONE,
    maxConnections: 1e6,
    maxConnectionsPerClient: 2,
  });
  const permits = Array.from(
    { length: 65_536 },
    (_, i) => admitted(limits.admit(`client ${i}`)),
  );
  assert.equal(limits.admit("new"), "max_connections_per_client");
  admitted(limits.admit("client 0"));
  permits[1][Symbol.dispose]();
  admitted(limits.admit("new"));
  assert.equal(limits.clients, 65_536);
});

Deno.test("Permit.identify applies the client's limits later, once, and not after the end", () => {
  const limits = new ConnectionLimits({ ...NONE, maxConnections: 4, maxConnectionsPerClient: 1 });
  const [first, second, third] = [1, 2, 3].map(() => admitted(limits.admit(null)));
  assert.deepEqual([limits.open, limits.clients], [3, 0]);
  assert.equal(first.identify("a"), null);
  assert.equal(first.identify("b"), null);
  assert.equal(second.identify("a"), "max_connections_per_client");
  assert.equal(second.identify("b"), null);
  assert.equal(limits.clients, 2);
  third[Symbol.dispose]();
  assert.equal(third.identify("c"), null);
  first[Symbol.dispose]();
  second[Symbol.dispose]();
  assert.deepEqual([limits.open, limits.clients], [0, 0]);
});

interface Step {
  kind: "admit" | "end" | "pass" | "tick";
  n: number;
}

const steps = fc.array(
  fc.record<Step>({
    kind: fc.constantFrom("admit", "admit", "admit", "end", "end", "pass", "tick"),
    n: fc.nat(1000),
  }),
  { maxLength: 300 },
);
const limit = fc.integer({ min: 1, max: 6 });

Deno.test("ConnectionLimits decides as a model that remembers everything, and leaks no permit", () => {
  fc.assert(
    fc.property(limit, fc.option(limit), fc.option(limit), steps, (max, each, rate, steps) => {
      let now = 0;
      const options = { maxConnections: max, maxConnectionsPerClient: each, acceptRate: rate };
      const limits = new ConnectionLimits(options, () => now);
      const open: { ip: string; permit: Permit }[] = [];
      const ended: Permit[] = [];
      const takenAt = new Map<string, number[]>();
      for (const { kind, n } of steps) {
        if (kind === "pass") now += n;
        else if (kind === "tick") limits.tick();
        else if (kind === "end" && open.length > 0) {
          const [{ permit }] = open.splice(n % open.length, 1);
          permit[Symbol.dispose]();
          ended.push(permit);
        } else if (kind === "admit") {
          const ip = `client ${n % 3}`;
          const times = takenAt.get(ip) ?? [];
          const expected = open.length >= max
            ? "max_connections"
            : each !== null && open.filter((one) => one.ip === ip).length >= each
            ? "max_connections_per_client"
            : rate !== null && credit(times, rate, now) < 1000
            ? "accept_rate"
            : "admitted";
          const result = limits.admit(ip);
          assert.equal(typeof result === "string" ? result : "admitted", expected);
          if (typeof result === "string") continue;
          open.push({ ip, permit: result });
          takenAt.set(ip, [...times, now]);
        }
        assert.equal(limits.open, open.length);
      }
      for (const { permit } of open) permit[Symbol.dispose]();
      for (const permit of ended) permit[Symbol.dispose]();
      now += 1000;
      limits.tick();
      assert.deepEqual([limits.open, limits.clients], [0, 0]);
    }),
  );
});

/** Thousandths of a connection that a client may have, told from the times of all it had. */
function credit(times: number[], rate: number, now: number): number {
  let credit = rate * 1000;
  let at = 0;
  for (const time of times) {
    credit = Math.min(rate * 1000, credit + (time - at) * rate) - 1000;
    at = time;
  }
  return Math.min(rate * 1000, credit + (now - at) * rate);
}
