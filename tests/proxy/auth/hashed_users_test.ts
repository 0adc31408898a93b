import { strict as assert } from "node:assert";
import { setImmediate } from "node:timers/promises";
import { HashedUsers } from "../../../proxy/auth/hashed_users.ts";
import { openUsersFile } from "../../../proxy/auth/users_file.ts";
import { Verdicts } from "../../../proxy/auth/verdicts.ts";
import { ALL_USERS, APACHE, ScriptedHasher, TempFile } from "../../support/htpasswd.ts";

const utf8 = (text: string) => new TextEncoder().encode(text);

function setUp() {
  const temp = new TempFile(ALL_USERS);
  const file = openUsersFile(temp.path, true);
  const hasher = new ScriptedHasher();
  const clock = { now: 0 };
  const users = new HashedUsers(file, hasher, new Verdicts(() => clock.now));
  const check = (user: string, password: string) => users.check(utf8(user), utf8(password));
  const reload = async (content: string) => {
    temp.replace(content);
    await file.check();
    await file.check();
  };
  return { temp, file, hasher, clock, users, check, reload };
}

Deno.test("HashedUsers computes a verdict once, and then remembers it for a while", async () => {
  const { temp, hasher, clock, check } = setUp();
  await using _ = temp;
  const first = check("ann", "pw");
  assert.ok(first instanceof Promise);
  const second = check("ann", "pw");
  hasher.jobs[0].answer(true);
  assert.deepEqual([await first, await second], [true, true]);
  assert.equal(hasher.jobs.length, 1, "many who wait for the same share one computation");
  assert.equal(hasher.jobs[0].password, "pw");
  assert.equal(check("ann", "pw"), true, "at once, without a promise");
  const other = check("ann", "pw2");
  assert.ok(other instanceof Promise, "another password is another matter");
  hasher.jobs[1].answer(false);
  assert.equal(await other, false);
  assert.equal(check("ann", "pw2"), false, "a wrong one is remembered too");
  clock.now += 60_000;
  assert.ok(check("ann", "pw") instanceof Promise, "and forgotten");
});

Deno.test("HashedUsers does not read the bytes any more once check has returned", async () => {
  const { temp, hasher, users, check } = setUp();
  await using _ = temp;
  const [user, password] = [utf8("ann"), utf8("pw")];
  const verdict = users.check(user, password);
  user.fill(0);
  password.fill(0);
  assert.equal(hasher.jobs[0].password, "pw");
  hasher.jobs[0].answer(true);
  assert.equal(await verdict, true);
  assert.equal(check("ann", "pw"), true);
});

Deno.test("HashedUsers computes a hash of somebody for who is not there, and never takes it", async () => {
  const { temp, file, hasher, users, check } = setUp();
  await using _ = temp;
  const hashes = [...file.value.values()];
  for (const name of ["nobody", "somebody", "", "ann ", "ANN"]) {
    const verdict = check(name, "correct horse");
    const job = hasher.jobs.at(-1)!;
    assert.ok(hashes.includes(job.hash), "of the same kind and cost, since it is one of them");
    job.answer(true);
    assert.equal(await verdict, false, name);
    assert.equal(check(name, "correct horse"), false, "remembered as any wrong one");
  }
  const kinds = new Set(
    Array.from({ length: 64 }, (_, i) => (check(`x${i}`, "p"), hasher.jobs.at(-1)!.hash)),
  );
  assert.ok(kinds.size > 1, "not all as fast as one and the same user");
  const [before, after] = [1, 2].map((i) => (check("same", `${i}`), hasher.jobs.at(-1)!.hash));
  assert.equal(before, after, "one who asks twice takes as long as before");
  const noText = users.check(Uint8Array.of(255), utf8("p"));
  hasher.jobs.at(-1)!.answer(true);
  assert.equal(await noText, false);
});

Deno.test("HashedUsers forgets every verdict when the file changes", async () => {
  const { temp, hasher, check, reload } = setUp();
  await using _ = temp;
  const verdict = check("ann", "pw");
  hasher.jobs[0].answer(true);
  await verdict;
  await reload(`${APACHE.utf8}\n`);
  const again = check("ann", "pw");
  hasher.jobs[1].answer(true);
  assert.equal(await again, false, "she is gone");
});

Deno.test("HashedUsers computes anew what the file's change has overtaken", async () => {
  const { temp, hasher, check, reload } = setUp();
  await using _ = temp;
  const verdict = check("ann", "pw");
  await reload(ALL_USERS.replace(APACHE.bcrypt, APACHE.bcrypt.replace(/.$/, "u")));
  hasher.jobs[0].answer(true);
  while (hasher.jobs.length < 2) await setImmediate();
  assert.notDeepEqual(hasher.jobs[1].hash, hasher.jobs[0].hash);
  hasher.jobs[1].answer(false);
  assert.equal(await verdict, false);
});

Deno.test("HashedUsers passes a failure on and does not remember it", async () => {
  const { temp, hasher, users, check } = setUp();
  await using _ = temp;
  hasher.verify = () => Promise.reject(new Error("busy"));
  await assert.rejects(async () => await check("ann", "pw"), /^Error: busy$/);
  const fresh = new ScriptedHasher();
  hasher.verify = (hash, password) => fresh.verify(hash, password);
  const verdict = check("ann", "pw");
  fresh.jobs[0].answer(true);
  assert.equal(await verdict, true);
  users.close();
  assert.equal(hasher.closed, true);
});
