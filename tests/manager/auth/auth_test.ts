import { strict as assert } from "node:assert";
import { MAX_OF_PLACE, ScryptHasher } from "../../../manager/auth/scrypt_hasher.ts";
import { ABSOLUTE_MS, IDLE_MS } from "../../../manager/auth/sessions.ts";
import type { Grant } from "../../../manager/auth/auth.ts";
import type { Refusal } from "../../../manager/auth/verifier.ts";
import { basic, RFC, setUpAuth, TOKENS } from "../../support/accounts.ts";
import { beside, eventually } from "../../support/eventually.ts";

const IP = "192.0.2.1";

function granted(answer: Grant | Refusal | null): Grant {
  assert.ok(answer !== null && "principal" in answer, JSON.stringify(answer));
  return answer;
}

function refused(answer: Grant | Refusal | null): string {
  assert.ok(answer !== null && "refused" in answer, JSON.stringify(answer));
  return `${answer.refused} ${answer.retryAfter}`;
}

Deno.test("Auth knows accounts of flag and file by Basic, and programs by their tokens", async () => {
  await using setup = setUpAuth();
  const { auth } = setup;
  const table: [authorization: string, name: string, role: string, via: string][] = [
    [basic("ann", "secret"), "ann", "admin", "basic"],
    [basic("vic", "secret"), "vic", "viewer", "basic"],
    [basic("adam", RFC.password), "adam", "admin", "basic"],
    [basic("eve", RFC.password), "eve", "viewer", "basic"],
    [basic("eve", RFC.password).replace("Basic", "bAsIc "), "eve", "viewer", "basic"],
    [`Bearer ${TOKENS.admin}`, "deploy", "admin", "token"],
    [`bearer  ${TOKENS.viewer}`, "prom", "viewer", "token"],
  ];
  for (const [authorization, name, role, via] of table) {
    const grant = granted(await auth.identify({ authorization, ip: IP }));
    assert.deepEqual(grant.principal, { name, role, via });
    assert.ok(grant.holds());
  }
  assert.equal(await auth.identify({ ip: IP }), null);
  assert.equal(await auth.identify({ ip: IP, session: "made up" }), null);
});

Deno.test("Auth takes nobody for whom they only say to be", async () => {
  await using setup = setUpAuth();
  const { auth } = setup;
  const table = [
    basic("ann", ""),
    basic("ann", "secret "),
    basic("ann", RFC.password),
    basic("adam", "secret"),
    basic("nobody", "secret"),
    basic("", ""),
    basic("prom", TOKENS.viewer),
    basic("ann", "x".repeat(10_000)),
    basic("n".repeat(10_000), "x"),
    `Bearer ${TOKENS.admin}A`,
    "Bearer secret",
    "Bearer",
    "Basic",
    "Basic !!!!",
    "Digest username=ann",
    "",
  ];
  for (const [at, authorization] of table.entries()) {
    const answer = await auth.identify({ authorization, ip: `192.0.2.${at}` });
    assert.equal(refused(answer), "wrong_credentials 0", authorization.slice(0, 80));
  }
});

Deno.test("Auth makes who guesses wait, by address and account, whatever is then right", async () => {
  await using setup = setUpAuth();
  const { auth, clock } = setup;
  const ask = (name: string, password: string, ip = IP) =>
    auth.identify({ authorization: basic(name, password), ip });
  for (let i = 0; i < 4; i++) assert.equal(refused(await ask("ann", "no")), "wrong_credentials 0");
  assert.equal(refused(await ask("ann", "no")), "wrong_credentials 1");
  assert.equal(refused(await ask("ann", "secret")), "too_many_attempts 1");
  granted(await ask("ann", "secret", "192.0.2.2"));
  granted(await ask("vic", "secret"));
  const login = await auth.login("ann", "secret", { ip: IP });
  assert.ok("refused" in login && login.refused === "too_many_attempts", "for a login as well");
  clock.now += 1000;
  granted(await ask("ann", "secret"));
  assert.equal(refused(await ask("ann", "no")), "wrong_credentials 0", "all is forgiven");
});

Deno.test("Auth looks at many guesses one after the other, and at one that is right as often as it comes", async () => {
  await using setup = setUpAuth();
  const { auth } = setup;
  const ask = (name: string, password: string) =>
    auth.identify({ authorization: basic(name, password), ip: IP });
  const guesses = Array.from({ length: 60 }, (_, i) => i === 50 ? "secret" : `no ${i}`);
  const answers = await Promise.all(guesses.map((guess) => ask("ann", guess)));
  const said = answers.map((answer) => refused(answer).split(" ")[0]);
  assert.deepEqual(said, ["wrong_credentials", ...Array(59).fill("login_busy")]);
  const same = await Promise.all(guesses.map(() => ask("adam", RFC.password)));
  for (const answer of same) granted(answer);
});

Deno.test("Auth counts a guess that finds no room, since being busy tells that it was wrong", async () => {
  const hasher = new ScryptHasher(() => new Promise(() => {}));
  await using setup = setUpAuth({ hasher });
  const { auth } = setup;
  const ask = (name: string, password: string) =>
    auth.identify({ authorization: basic(name, password), ip: IP });
  for (let i = 0; i < MAX_OF_PLACE; i++) beside(ask(`name-${i}`, "pw"));
  for (let i = 0; i < 5; i++) assert.equal(refused(await ask("ann", `${i}`)), "login_busy 1");
  assert.equal(refused(await ask("ann", "secret")), "too_many_attempts 1");
});

Deno.test("Auth lets who shows a stale token wait, and nobody else of the address", async () => {
  await using setup = setUpAuth({ hasher: new ScryptHasher(() => Promise.resolve(false)) });
  const { auth } = setup;
  const ask = (token: string) => auth.identify({ authorization: `Bearer ${token}`, ip: IP });
  for (let i = 0; i < 5; i++) await ask("stale");
  assert.equal(refused(await ask("stale")), "too_many_attempts 1");
  granted(await ask(TOKENS.viewer));
  for (let i = 0; i < 70; i++) await auth.login(`name-${i}`, "pw", { ip: IP });
  granted(await ask(TOKENS.viewer));
  for (let i = 0; i < 70; i++) await ask(`guess ${i}`.replace(" ", "-"));
  assert.match(refused(await ask("one-that-was-never-tried")), /^too_many_attempts/);
});

Deno.test("Auth begins a session with the login, in place of the one before, and ends it on request", async () => {
  await using setup = setUpAuth();
  const { auth, noted } = setup;
  const first = await auth.login("ann", "secret", { ip: IP });
  assert.ok("id" in first);
  const second = await auth.login("adam", RFC.password, { ip: IP, session: first.id });
  assert.ok("id" in second);
  assert.equal(await auth.identify({ session: first.id, ip: IP }), null);
  const grant = granted(await auth.identify({ session: second.id, ip: IP }));
  assert.deepEqual(grant.principal, { name: "adam", role: "admin", via: "session" });
  auth.logout(second.id, IP);
  auth.logout(second.id, IP);
  assert.equal(await auth.identify({ session: second.id, ip: IP }), null);
  assert.equal(grant.holds(), false);
  const entry = { client_ip: IP, target: "", outcome: "done" };
  assert.deepEqual(noted(), [
    { ...entry, actor: "ann", action: "login", detail: "admin" },
    { ...entry, actor: "adam", action: "login", detail: "admin" },
    { ...entry, actor: "adam", action: "logout", detail: "" },
  ]);
});

Deno.test("Auth ends a view with its session, and takes the view for somebody who is there", async () => {
  await using setup = setUpAuth();
  const { auth, clock } = setup;
  const view = async (name: string) => {
    const login = await auth.login(name, "secret", { ip: IP });
    assert.ok("id" in login);
    const view = { ended: 0, id: login.id, unwatch: () => {} };
    view.unwatch = auth.watch(login.grant, () => view.ended++);
    return view;
  };
  const [stays, leaves, gone] = [await view("ann"), await view("ann"), await view("vic")];
  gone.unwatch();
  while (clock.now < 2 * IDLE_MS) {
    clock.now += 1000;
    auth.sweep();
  }
  assert.deepEqual([stays.ended, leaves.ended, gone.ended, auth.sessions.size], [0, 0, 0, 2]);
  auth.logout(leaves.id, IP);
  assert.deepEqual([stays.ended, leaves.ended], [0, 1], "at once");
  clock.now = ABSOLUTE_MS;
  auth.sweep();
  auth.sweep();
  assert.deepEqual([stays.ended, leaves.ended, gone.ended, auth.sessions.size], [1, 1, 0, 0]);
});

Deno.test("Auth follows its files: what an account was ends with it, sessions and views too", async () => {
  await using setup = setUpAuth();
  const { auth, users, tokens } = setup;
  auth.follow();
  const adam = await auth.login("adam", RFC.password, { ip: IP });
  const eve = await auth.login("eve", RFC.password, { ip: IP });
  assert.ok("id" in adam && "id" in eve);
  const byBasic = await auth.identify({ authorization: basic("eve", RFC.password), ip: IP });
  const byToken = await auth.identify({ authorization: `Bearer ${TOKENS.viewer}`, ip: IP });
  users.replace(`adam:admin:${RFC.hash}\neve:admin:${RFC.hash}\n`);
  tokens.replace(`deploy:admin:${TOKENS.admin}\n`);
  await eventually(
    "the files are read again",
    () => !eve.grant.holds() && !granted(byToken).holds(),
  );
  assert.equal(await auth.identify({ session: eve.id, ip: IP }), null);
  assert.equal(granted(byBasic).holds(), false);
  assert.ok(await auth.identify({ session: adam.id, ip: IP }), "adam is what he was");
  const again = await auth.identify({ authorization: basic("eve", RFC.password), ip: IP });
  assert.equal(granted(again).principal.role, "admin");
});

Deno.test("Auth takes down who failed to log in, but no name that may be a password", async () => {
  await using setup = setUpAuth();
  const { auth, noted } = setup;
  await auth.login("ann", "hunter2", { ip: IP });
  await auth.login("hunter2", "ann", { ip: IP });
  await auth.identify({ authorization: `Bearer hunter2hunter2`, ip: IP });
  const entry = { actor: "-", client_ip: IP, action: "login", outcome: "wrong_credentials" };
  assert.deepEqual(noted(), [
    { ...entry, target: "ann", detail: "by session" },
    { ...entry, target: "", detail: "no such account, by session" },
    { ...entry, target: "", detail: "by token" },
  ]);
});

Deno.test("Auth counts each attempt by how and outcome", async () => {
  await using setup = setUpAuth();
  const { auth } = setup;
  await auth.login("ann", "secret", { ip: IP });
  for (let i = 0; i < 7; i++) await auth.identify({ authorization: basic("vic", "no"), ip: IP });
  await auth.identify({ authorization: `Bearer ${TOKENS.viewer}`, ip: IP });
  const { session, basic: byBasic, token } = auth.verifier.counts;
  const none = { right: 0, wrong_credentials: 0, too_many_attempts: 0, login_busy: 0 };
  assert.deepEqual(session, { ...none, right: 1 });
  assert.deepEqual(byBasic, { ...none, wrong_credentials: 5, too_many_attempts: 2 });
  assert.deepEqual(token, { ...none, right: 1 });
  const { accounts, tokens } = auth.verifier.lockouts;
  assert.deepEqual([accounts.locked, accounts.delays, tokens.locked], [1, 1, 0]);
});
