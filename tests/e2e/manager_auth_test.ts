import { strict as assert } from "node:assert";
import { freeManagerAddress } from "../support/addresses.ts";
import { RFC, TOKENS } from "../support/accounts.ts";
import { curl } from "../support/curl.ts";
import { beside, eventually, within } from "../support/eventually.ts";
import { TempFile } from "../support/htpasswd.ts";
import { haveProc, memory } from "../support/process.ts";
import { haveCurl, startProgram } from "../support/program.ts";

const PASSWORDS = { env: "e:nv=s3cret", file: RFC.password };
const hasCurl = haveCurl();
const hasProc = haveProc("What the process list shows");

/** A manager with an admin and a viewer of the environment, one more viewer in a file, and tokens. */
async function startManager() {
  const address = freeManagerAddress();
  const users = new TempFile(`eve:viewer:${RFC.hash}\n`);
  const tokens = new TempFile(`deploy:admin:${TOKENS.admin}\n`, "tokens");
  const program = startProgram(
    [
      ...["--manager", "--listen", address, "--no-history", "--log-level", "debug"],
      ...["--auth-file", users.path, "--token-file", tokens.path],
    ],
    { RUSTPROXY_AUTH: `ann:${PASSWORDS.env}\nviewer=vic:${PASSWORDS.env}` },
  );
  const url = `http://${address}`;
  await eventually("the manager answers", async () => {
    const reply = await fetch(`${url}/api/health`);
    await reply.body?.cancel();
    return reply.ok;
  });
  return {
    ...{ url, users, tokens, program },
    async [Symbol.asyncDispose]() {
      await program[Symbol.asyncDispose]();
      await users[Symbol.asyncDispose]();
      await tokens[Symbol.asyncDispose]();
    },
  };
}

/** The types of browsers, which the tests are checked with, do not know of headers. */
function webSocket(url: string, cookie: string): WebSocket {
  const Socket = WebSocket as new (url: string, options: unknown) => WebSocket;
  return new Socket(url, { headers: { cookie } });
}

const STATUS = ["-o", "/dev/null", "-w", "%{http_code}"];
const json = (
  body: unknown,
) => ["-H", "Content-Type: application/json", "-d", JSON.stringify(body)];

Deno.test({
  name: "A manager with accounts serves curl by password, by token and by the cookie of a login",
  ignore: !hasCurl,
  fn: async () => {
    await using manager = await startManager();
    const { url, users } = manager;
    const status = (...args: string[]) => curl(...STATUS, ...args);
    const stats = `${url}/api/stats`;
    const remove = ["-X", "DELETE", `${url}/api/proxy/nobody`];
    const ann = ["-u", `ann:${PASSWORDS.env}`];
    const vic = ["-u", `vic:${PASSWORDS.env}`];
    const eve = ["-u", `eve:${PASSWORDS.file}`];
    const deploy = ["-H", `Authorization: Bearer ${TOKENS.admin}`];
    assert.equal(await status(stats), "401");
    assert.equal(await status("-u", "ann:no", stats), "401");
    for (const who of [ann, vic, eve, deploy]) assert.equal(await status(...who, stats), "200");
    for (const who of [vic, eve]) assert.equal(await status(...who, ...remove), "403");
    for (const who of [ann, deploy]) assert.equal(await status(...who, ...remove), "404");
    assert.match(await curl(...deploy, `${url}/metrics`), /^rustproxy_logins_total\{.*\} \d+$/m);

    const jar = `${users.path}.jar`;
    const login = json({ user: "ann", password: PASSWORDS.env });
    assert.match(await curl("-c", jar, ...login, `${url}/api/login`), /"user":"ann"/);
    assert.match(Deno.readTextFileSync(jar), /^#HttpOnly_127\.0\.0\.1\s.*rustproxy_session_\d+/m);
    assert.equal(await status("-b", jar, stats), "200");
    assert.equal(await status("-b", jar, ...remove), "404");
    const evil = ["-H", "Origin: http://evil.example"];
    assert.equal(await status("-b", jar, ...evil, ...remove), "403");
    assert.equal(await status("-b", jar, "-c", jar, "-X", "POST", `${url}/api/logout`), "204");
    assert.equal(await status("-b", jar, stats), "401");
  },
});

Deno.test("A manager with accounts closes with 4401 what a session watches when it ends", async () => {
  await using manager = await startManager();
  const { url } = manager;
  const headers = { "content-type": "application/json" };
  const body = JSON.stringify({ user: "vic", password: PASSWORDS.env });
  const login = await fetch(`${url}/api/login`, { method: "POST", headers, body });
  await login.body?.cancel();
  const cookie = login.headers.get("set-cookie")!.split(";")[0];
  const socket = webSocket(`${url.replace("http", "ws")}/ws`, cookie);
  const first = Promise.withResolvers<unknown>();
  const closed = Promise.withResolvers<CloseEvent>();
  socket.onmessage = ({ data }) => first.resolve(JSON.parse(data));
  socket.onclose = (event) => closed.resolve(event);
  const snapshot = await within("the snapshot", first.promise) as { type: string };
  assert.equal(snapshot.type, "snapshot");
  const logout = await fetch(`${url}/api/logout`, { method: "POST", headers: { cookie } });
  assert.equal(logout.status, 204);
  assert.equal((await within("the end", closed.promise)).code, 4401);

  const stranger = new WebSocket(`${url.replace("http", "ws")}/ws`);
  const refused = Promise.withResolvers<void>();
  stranger.onopen = () => refused.reject(new Error("a stranger got in"));
  stranger.onerror = (event) => {
    event.preventDefault();
    refused.resolve();
  };
  await within("the refusal", refused.promise);
});

Deno.test({
  name: "A manager shows no password that a file or the environment gives it, to nobody",
  ignore: !hasProc,
  fn: async () => {
    await using manager = await startManager();
    const { url, program } = manager;
    const authorization = `Basic ${btoa(`ann:${PASSWORDS.env}`)}`;
    const shown: string[] = [];
    for (const path of ["/api/session", "/api/audit", "/metrics", "/api/openapi.json", "/"]) {
      for (const headers of [{ authorization }, { authorization: `Bearer ${TOKENS.admin}` }]) {
        shown.push(await (await fetch(url + path, { headers })).text());
      }
    }
    const wrong = { user: PASSWORDS.env, password: PASSWORDS.file };
    const headers = { "content-type": "application/json" };
    for (
      const body of [JSON.stringify(wrong), `${JSON.stringify(wrong)}}`, JSON.stringify([wrong])]
    ) {
      const reply = await fetch(`${url}/api/login`, { method: "POST", headers, body });
      shown.push(await reply.text());
    }
    const audit = await fetch(`${url}/api/audit`, { headers: { authorization } });
    shown.push(await audit.text());
    assert.match(shown.at(-1)!, /no such account/);
    shown.push(Deno.readTextFileSync(`/proc/${program.pid}/cmdline`));
    assert.match(shown.at(-1)!, /--auth-file/);
    const { stdout, stderr } = await program.terminate();
    assert.match(stderr, /audit: login wrong_credentials/);
    const secrets = [PASSWORDS.env, PASSWORDS.file, ...Object.values(TOKENS), RFC.hash];
    for (const text of [...shown, stdout, stderr]) {
      for (const secret of secrets) assert.ok(!text.includes(secret), text.slice(0, 500));
    }
  },
});

Deno.test({
  name: "A manager answers everybody else through a flood of logins, and does not grow with it",
  ignore: !hasProc,
  fn: async () => {
    await using manager = await startManager();
    const { url, program } = manager;
    const headers = { "content-type": "application/json" };
    const before = memory(program.pid).peak;
    const attempts = Array.from({ length: 300 }, async (_, i) => {
      const body = JSON.stringify({ user: `n${i}`, password: `p${i}` });
      const reply = await fetch(`${url}/api/login`, { method: "POST", headers, body });
      await reply.body?.cancel();
      return reply.status;
    });
    const flood = beside(Promise.all(attempts));
    const bearer = { authorization: `Bearer ${TOKENS.admin}` };
    for (let i = 0; i < 20; i++) {
      const reply = await fetch(`${url}/api/stats`, { headers: bearer });
      await reply.body?.cancel();
      assert.equal(reply.status, 200);
    }
    const statuses = await flood;
    const expected = [401, 429, 503];
    assert.ok(statuses.every((status) => expected.includes(status)), String(new Set(statuses)));
    assert.ok(statuses.filter((status) => status === 401).length < 100, "most found no room");
    const grown = memory(program.pid).peak - before;
    // All at once would take 16 MiB each.
    assert.ok(grown < 300 << 20, `${grown >> 20} MiB more`);
  },
});

Deno.test({
  name: "A manager says nothing of its runtime's own, whatever form a body has or has not",
  ignore: !hasCurl,
  fn: async () => {
    await using manager = await startManager();
    const { url, program } = manager;
    const login = json({ user: "ann", password: PASSWORDS.env });
    const chunked = ["-H", "Transfer-Encoding: chunked", ...login];
    assert.equal(await curl(...STATUS, "-X", "POST", `${url}/api/logout`), "204");
    assert.equal(await curl(...STATUS, ...chunked, `${url}/api/login`), "200");
    assert.equal(await curl(...STATUS, ...login, `${url}/api/login`), "200");
    const { stderr } = await program.terminate();
    const foreign = stderr.split("\n").filter((line) => line !== "" && !line.startsWith("{"));
    assert.deepEqual(foreign, []);
  },
});
