import { strict as assert } from "node:assert";
import { setImmediate } from "node:timers/promises";
import { MAX_OF_PLACE, MAX_WAITING, ScryptHasher } from "../../../manager/auth/scrypt_hasher.ts";
import { parseScryptHash, verifyScrypt } from "../../../manager/auth/scrypt_hash.ts";
import { Failure } from "../../../proxy/net/failure.ts";
import { RFC } from "../../support/accounts.ts";
import { beside } from "../../support/eventually.ts";

const utf8 = (text: string) => new TextEncoder().encode(text);
const account = { hash: parseScryptHash(RFC.hash)! };
const isBusy = (error: unknown) => error instanceof Failure && error.reason === "auth_busy";

Deno.test("ScryptHasher checks one password at a time, while everything else goes on", async () => {
  let running = 0;
  let most = 0;
  const hasher = new ScryptHasher(async (hash, password) => {
    most = Math.max(most, ++running);
    const right = await verifyScrypt(hash, password);
    running--;
    return right;
  });
  let turns = 0;
  const timer = setInterval(() => turns++, 1);
  const passwords = [RFC.password, "wrong", RFC.password, "other"];
  const verdicts = await Promise.all(
    passwords.map((password, at) => hasher.verify(account, utf8(password), String(at))),
  );
  clearInterval(timer);
  assert.deepEqual(verdicts, [true, false, true, false]);
  assert.equal(most, 1);
  assert.ok(turns >= 10, `the event loop turned ${turns} times meanwhile`);
});

Deno.test("ScryptHasher lets no place and no crowd wait without bound, and then goes on", async () => {
  const jobs: PromiseWithResolvers<boolean>[] = [];
  const hasher = new ScryptHasher(() => {
    const job = Promise.withResolvers<boolean>();
    jobs.push(job);
    return job.promise;
  });
  const ask = (from: string) => beside(hasher.verify(account, utf8("pw"), from));
  const first = Array.from({ length: MAX_OF_PLACE }, () => ask("a"));
  await assert.rejects(ask("a"), isBusy);
  const others = Array.from({ length: MAX_WAITING - MAX_OF_PLACE + 1 }, (_, at) => ask(`b${at}`));
  assert.equal(hasher.waiting, MAX_WAITING);
  await assert.rejects(ask("c"), isBusy);
  jobs[0].resolve(true);
  assert.equal(await first[0], true);
  const again = ask("a");
  const all = Promise.all([...first, ...others, again]);
  for (let at = 1; at < MAX_WAITING + 2; at++) {
    jobs[at].resolve(false);
    await setImmediate();
  }
  assert.equal((await all).filter((right) => right).length, 1);
  assert.equal(hasher.waiting, 0);
});

Deno.test("ScryptHasher goes on behind a check that failed, and lets nobody wait once closed", async () => {
  let calls = 0;
  const hasher = new ScryptHasher(() => {
    return calls++ === 0 ? Promise.reject(new Error("no memory")) : Promise.resolve(true);
  });
  const failed = beside(hasher.verify(account, utf8("pw")));
  const next = beside(hasher.verify(account, utf8("pw")));
  await assert.rejects(failed, /no memory/);
  assert.equal(await next, true);
  const hung = new ScryptHasher(() => new Promise(() => {}));
  const running = beside(hung.verify(account, utf8("pw"), "a"));
  const waiting = beside(hung.verify(account, utf8("pw"), "a"));
  hung.close();
  await assert.rejects(waiting, isBusy);
  assert.equal(hung.waiting, 0);
  assert.ok(running instanceof Promise);
});
