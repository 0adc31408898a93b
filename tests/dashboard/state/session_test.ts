import { strict as assert } from "node:assert";
import {
  NO_SESSION,
  reduceSession,
  type SessionApi,
  Sessions,
} from "../../../dashboard/state/session.ts";
import type { SessionReply } from "../../../manager/api/model_session.ts";

const NOBODY: SessionReply = {
  login_required: true,
  user: null,
  role: null,
  can_change: false,
  via: null,
  manager_version: "1.0.0",
};
const ANN: SessionReply = {
  ...NOBODY,
  user: "ann",
  role: "admin",
  can_change: true,
  via: "session",
};

const told = (reply: SessionReply) => ({ type: "told", reply }) as const;

Deno.test("reduceSession opens the page to whom the manager knows, or where it asks nobody", () => {
  assert.deepEqual(reduceSession(NO_SESSION, told(ANN)), { ...ANN, access: "open", left: "" });
  const open = { ...NOBODY, login_required: false };
  assert.equal(reduceSession(NO_SESSION, told(open)).access, "open");
  assert.equal(reduceSession(NO_SESSION, told(NOBODY)).access, "login");
});

Deno.test("reduceSession tells a session that ended from one that was left, and from none", () => {
  const first = reduceSession(NO_SESSION, told(NOBODY));
  assert.equal(first.left, "");
  const ann = reduceSession(first, told(ANN));
  const ended = reduceSession(ann, told(NOBODY));
  assert.deepEqual([ended.access, ended.left], ["login", "ended"]);
  assert.equal(reduceSession(ended, told(NOBODY)).left, "ended", "also when asked again");
  const away = reduceSession(ann, { type: "logged_out" });
  assert.deepEqual([away.access, away.left, away.user], ["login", "logged_out", null]);
  assert.equal(reduceSession(away, told(NOBODY)).left, "logged_out");
  assert.equal(reduceSession(away, told(ANN)).left, "");
});

function sessions(api: Partial<SessionApi>) {
  const silent = () => Promise.reject(new TypeError("no answer"));
  return new Sessions({ session: silent, login: silent, logout: silent, ...api });
}

Deno.test("Sessions says what a login came to, and changes nothing where it failed", async () => {
  const failure = { code: "too_many_attempts", retryAfter: 9 };
  const wrong = sessions({ login: () => Promise.resolve(failure) });
  assert.deepEqual(await wrong.login("ann", "x"), failure);
  assert.equal(wrong.session.value, NO_SESSION);
  const silent = sessions({});
  assert.deepEqual(await silent.login("ann", "x"), { code: "unreachable", retryAfter: 0 });
  assert.equal(await silent.logout(), false);
  await assert.rejects(silent.ask());
  const right = sessions({ login: () => Promise.resolve(ANN), logout: () => Promise.resolve() });
  assert.equal(await right.login("ann", "x"), null);
  assert.equal(right.session.value.user, "ann");
  assert.equal(await right.logout(), true);
  assert.equal(right.session.value.left, "logged_out");
});

Deno.test("Sessions opens the page of a manager that is too old to know of sessions", async () => {
  const old = sessions({ session: () => Promise.resolve(null) });
  assert.equal(await old.ask(), true);
  assert.equal(old.session.value.manager_version, "0");
});
