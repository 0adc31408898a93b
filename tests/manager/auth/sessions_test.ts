import { strict as assert } from "node:assert";
import type { Account } from "../../../manager/auth/accounts.ts";
import {
  ABSOLUTE_MS,
  IDLE_MS,
  MAX_OF_ACCOUNT,
  MAX_SESSIONS,
  Sessions,
} from "../../../manager/auth/sessions.ts";

const account = (name: string, mark = "1"): Account => ({ name, role: "admin", mark });

function setUp() {
  const clock = { now: 0 };
  const accounts = new Map([["ann", account("ann")], ["bob", account("bob")]]);
  const sessions = new Sessions({
    now: () => clock.now,
    account: (name) => accounts.get(name) ?? null,
  });
  return { clock, accounts, sessions };
}

Deno.test("Sessions gives ids of 256 random bits, and knows no other", () => {
  const { sessions } = setUp();
  const ids = Array.from({ length: 5 }, () => sessions.begin(account("ann")));
  assert.equal(new Set(ids).size, 5);
  for (const id of ids) {
    assert.equal(Uint8Array.fromBase64(id, { alphabet: "base64url" }).length, 32);
    assert.equal(sessions.use(id)?.account.name, "ann");
    assert.equal(sessions.use(id.slice(1)), null);
  }
  assert.equal(sessions.use(""), null);
});

Deno.test("Sessions ends one that is idle, and none that is used", () => {
  const { clock, sessions } = setUp();
  const [used, idle] = [sessions.begin(account("ann")), sessions.begin(account("ann"))];
  for (let i = 0; i < 3; i++) {
    clock.now += IDLE_MS - 1;
    assert.ok(sessions.use(used), `still used after ${i + 1}`);
  }
  assert.equal(sessions.use(idle), null);
  assert.equal(sessions.size, 2);
  sessions.sweep();
  assert.equal(sessions.size, 1);
  clock.now += IDLE_MS;
  assert.equal(sessions.use(used), null);
});

Deno.test("Sessions ends one some hours after the login, however much it is used", () => {
  const { clock, sessions } = setUp();
  const id = sessions.begin(account("ann"));
  const session = sessions.use(id)!;
  while (clock.now < ABSOLUTE_MS - IDLE_MS) {
    clock.now += IDLE_MS / 2;
    sessions.touch(session);
  }
  clock.now = ABSOLUTE_MS - 1;
  assert.ok(sessions.use(id));
  clock.now = ABSOLUTE_MS;
  assert.equal(sessions.use(id), null);
  assert.equal(sessions.holds(session), false);
});

Deno.test("Sessions ends all of an account that has gone or is no longer what it was", () => {
  const { accounts, sessions } = setUp();
  const [ann, bob] = [sessions.begin(account("ann")), sessions.begin(account("bob"))];
  accounts.set("ann", account("ann", "2"));
  assert.equal(sessions.use(ann), null);
  assert.ok(sessions.use(bob));
  accounts.delete("bob");
  assert.equal(sessions.use(bob), null);
  sessions.sweep();
  assert.equal(sessions.size, 0);
});

Deno.test("Sessions ends what is logged out for whoever still holds it", () => {
  const { sessions } = setUp();
  const id = sessions.begin(account("ann"));
  const held = sessions.use(id)!;
  assert.equal(sessions.end(id), held);
  assert.equal(sessions.holds(held), false);
  assert.equal(sessions.use(id), null);
  assert.equal(sessions.end(id), null);
});

Deno.test("Sessions bounds those of an account and all, and the oldest makes room", () => {
  const { accounts, sessions } = setUp();
  const ofAnn = Array.from({ length: MAX_OF_ACCOUNT }, () => sessions.begin(account("ann")));
  const held = sessions.use(ofAnn[0])!;
  const bob = sessions.begin(account("bob"));
  sessions.begin(account("ann"));
  assert.equal(sessions.use(ofAnn[0]), null);
  assert.equal(sessions.holds(held), false);
  assert.ok(sessions.use(ofAnn[1]));
  assert.ok(sessions.use(bob));
  for (let i = 0; i < MAX_SESSIONS; i++) {
    accounts.set(`n${i}`, account(`n${i}`));
    sessions.begin(account(`n${i}`));
  }
  assert.equal(sessions.size, MAX_SESSIONS);
  assert.equal(sessions.use(bob), null);
});
