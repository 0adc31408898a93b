import { strict as assert } from "node:assert";
import fc from "fast-check";
import {
  FORGET_MS,
  FREE_FAILURES,
  Lockout,
  MAX_DELAY_MS,
  MAX_OF_PLACE,
  MAX_PAIRS,
} from "../../../manager/auth/lockout.ts";

const [A, B] = ["192.0.2.1", "198.51.100.2"];

function setUp() {
  const clock = { now: 0 };
  const lockout = new Lockout(() => clock.now);
  /** So many failures, each as soon as it is looked at. */
  const fail = (address: string, subject: string, times: number) => {
    for (let i = 0; i < times; i++) {
      clock.now += 1000 * lockout.wait(address, subject);
      lockout.failed(address, subject);
    }
  };
  return { clock, lockout, fail };
}

Deno.test("Lockout lets a few failures pass, and then doubles the delay up to some minutes", () => {
  const { clock, lockout } = setUp();
  const delays: number[] = [];
  for (let i = 0; i < 18; i++) {
    delays.push(lockout.failed(A, "ann"));
    assert.equal(lockout.wait(A, "ann"), delays[i]);
    clock.now += 1000 * delays[i];
    assert.equal(lockout.wait(A, "ann"), 0, "a moment later it is over");
  }
  const doubled = [1, 2, 4, 8, 16, 32, 64, 128, 256, 300, 300, 300, 300, 300];
  assert.deepEqual(delays, [0, 0, 0, 0, ...doubled]);
  assert.equal(lockout.delays, doubled.length);
  assert.equal(MAX_DELAY_MS, 300_000);
});

Deno.test("Lockout counts down in whole seconds that are never too few", () => {
  const { clock, lockout, fail } = setUp();
  fail(A, "ann", FREE_FAILURES + 1);
  assert.equal(lockout.wait(A, "ann"), 2);
  clock.now += 999;
  assert.equal(lockout.wait(A, "ann"), 2);
  clock.now += 1;
  assert.equal(lockout.wait(A, "ann"), 1);
  clock.now += 999;
  assert.equal(lockout.wait(A, "ann"), 1);
  assert.equal(lockout.locked, 1);
  clock.now += 1;
  assert.deepEqual([lockout.wait(A, "ann"), lockout.locked], [0, 0]);
});

Deno.test("Lockout forgives all with a success, and forgets after a while", () => {
  const { clock, lockout, fail } = setUp();
  fail(A, "ann", FREE_FAILURES + 3);
  lockout.succeeded(A, "ann");
  assert.deepEqual([lockout.wait(A, "ann"), lockout.size], [0, 0]);
  fail(A, "ann", FREE_FAILURES + 3);
  clock.now += FORGET_MS;
  assert.equal(lockout.failed(A, "ann"), 0);
});

Deno.test("Lockout takes an IPv6 subscriber's addresses for one, and IPv4 addresses for many", () => {
  const { lockout, fail } = setUp();
  fail("2001:db8:1:2::1", "ann", FREE_FAILURES);
  assert.equal(lockout.wait("2001:db8:1:2:ffff::9", "ann"), 1);
  assert.equal(lockout.wait("2001:db8:1:3::1", "ann"), 0);
  fail(A, "ann", FREE_FAILURES);
  assert.equal(lockout.wait("192.0.2.2", "ann"), 0);
});

Deno.test("Lockout makes one who tries many subjects wait with all further ones", () => {
  const { lockout } = setUp();
  for (let i = 0; i < MAX_OF_PLACE; i++) lockout.failed(A, `name ${i}`);
  for (let i = 0; i < FREE_FAILURES; i++) lockout.failed(A, `further ${i}`);
  assert.equal(lockout.wait(A, "one that was never tried"), 1);
  assert.equal(lockout.wait(A, "name 3"), 0, "its own count is low");
  lockout.succeeded(A, "one's own account");
  assert.equal(lockout.wait(A, "one that was never tried"), 1, "an own account is no way out");
  assert.equal(lockout.wait(B, "one that was never tried"), 0);
  assert.equal(lockout.size, MAX_OF_PLACE + 1);
});

Deno.test("Lockout holds a bounded number of pairs, and lets those go that failed longest ago", () => {
  const { lockout, fail } = setUp();
  fail(A, "ann", FREE_FAILURES);
  for (let i = 0; i < MAX_PAIRS; i++) {
    if (i === MAX_PAIRS / 2) lockout.failed(A, "ann");
    lockout.failed(`10.${i >> 16}.${i >> 8 & 255}.${i & 255}`, "ann");
  }
  assert.equal(lockout.size, MAX_PAIRS);
  assert.equal(lockout.wait(A, "ann"), 2, "it failed again in the meantime");
  for (let i = 0; i < MAX_PAIRS; i++) lockout.failed(`11.0.${i >> 8 & 255}.${i & 255}`, "ann");
  assert.equal(lockout.wait(A, "ann"), 0);
});

Deno.test("Lockout: no sequence of failures from one address delays an account from another", () => {
  const subjects = fc.constantFrom("ann", "bob", ...Array.from({ length: 80 }, (_, i) => `n${i}`));
  const step = fc.record({
    address: fc.constantFrom("192.0.2.1", "192.0.2.3", "2001:db8::1", "2001:db8::2", ""),
    subject: subjects,
    right: fc.boolean(),
    later: fc.integer({ min: 0, max: 400_000 }),
    wait: fc.boolean(),
  });
  fc.assert(fc.property(fc.array(step, { maxLength: 300 }), (steps) => {
    const { clock, lockout } = setUp();
    for (const { address, subject, right, later, wait } of steps) {
      clock.now += wait ? later : 0;
      if (right) lockout.succeeded(address, subject);
      else lockout.failed(address, subject);
      for (const victim of ["ann", "bob", "n1", subject]) {
        for (const other of [B, "2001:db8:0:1::1", "::1"]) {
          assert.equal(lockout.wait(other, victim), 0);
        }
      }
    }
  }));
});
