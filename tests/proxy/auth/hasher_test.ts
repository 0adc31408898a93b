import { strict as assert } from "node:assert";
import { WorkerHasher } from "../../../proxy/auth/hasher.ts";
import { parseHtpasswd } from "../../../proxy/auth/htpasswd.ts";
import { Failure } from "../../../proxy/net/failure.ts";
import { ALL_USERS, APACHE } from "../../support/htpasswd.ts";

const utf8 = (text: string) => new TextEncoder().encode(text);
const USERS = parseHtpasswd(utf8(ALL_USERS));
const [ANN, DORA] = [USERS.get("ann")!, USERS.get("dora")!];

const isBusy = (error: unknown) => error instanceof Failure && error.reason === "auth_busy";

Deno.test("WorkerHasher checks passwords in a Worker", async () => {
  const hasher = new WorkerHasher();
  try {
    const verdicts = await Promise.all([
      hasher.verify(ANN, utf8(APACHE.bcryptPassword)),
      hasher.verify(ANN, utf8("wrong")),
      hasher.verify(DORA, utf8(APACHE.sha512Password)),
      hasher.verify(DORA, utf8("wrong")),
    ]);
    assert.deepEqual(verdicts, [true, false, true, false]);
  } finally {
    hasher.close();
  }
});

Deno.test("WorkerHasher refuses more than 64 at a time, and takes more once they are done", async () => {
  const hasher = new WorkerHasher();
  try {
    const taken = Array.from({ length: 64 }, () => hasher.verify(DORA, utf8("x")));
    await assert.rejects(hasher.verify(DORA, utf8("x")), isBusy);
    assert.deepEqual(new Set(await Promise.all(taken)), new Set([false]));
    assert.equal(await hasher.verify(DORA, utf8("secret")), true);
  } finally {
    hasher.close();
  }
});

Deno.test("WorkerHasher lets nobody wait when it is closed or its Worker dies", async () => {
  const hasher = new WorkerHasher();
  const waiting = hasher.verify(ANN, utf8("x"));
  hasher.close();
  await assert.rejects(waiting, isBusy);

  const dying = new WorkerHasher(new URL("data:text/javascript,throw new Error('dies')"));
  await assert.rejects(dying.verify(ANN, utf8("x")), isBusy);
  await assert.rejects(dying.verify(ANN, utf8("x")), isBusy, "a next one is tried");
  dying.close();
});
