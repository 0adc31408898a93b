/** What is refused by a manager that listens: counted in its metrics, and told in its log. */
import { strict as assert } from "node:assert";
import {
  CONTROL_KEY,
  OTHER_KEY,
  startControlManager,
  startFakeProxy,
} from "../../support/control_channel.ts";
import { joinAsProxy, type Json, RawEnd } from "../../support/control_wire.ts";
import { eventually } from "../../support/eventually.ts";
import { catchLog } from "../../support/log_catcher.ts";
import { startTestProxy } from "../../support/proxy.ts";

type Manager = Awaited<ReturnType<typeof startControlManager>>;

/** Waits until the manager has counted a refusal for this reason, and none for any other. */
async function counts(manager: Manager, reason: string): Promise<void> {
  const name = "rustproxy_control_refused_total";
  await eventually("it is counted", async () => {
    return await manager.metric(`${name}{reason="${reason}"}`) > 0;
  });
  const others = ["wrong_key", "bad_message", "message_too_big"].filter((other) =>
    other !== reason
  );
  for (const other of others) {
    assert.equal(await manager.metric(`${name}{reason="${other}"}`), 0, other);
  }
}

const REFUSED = /^Refused the control channel to (\S+) as (\w+): /;

/** Whom the log has turned away, and why. */
function refusals(log: { warnings(): string[] }): string[] {
  return log.warnings().flatMap((text) => REFUSED.exec(text)?.slice(1).join(" ") ?? []);
}

Deno.test("A manager refuses a proxy with another key", async () => {
  using log = catchLog();
  await using manager = await startControlManager();
  await using _ = startTestProxy("http", {
    ...{ id: "edge-1", control: true, controlKey: OTHER_KEY },
    ...{ managerAddr: `127.0.0.1:${manager.port}`, statsAddr: `127.0.0.1:${manager.statsPort}` },
  });
  await counts(manager, "wrong_key");
  assert.deepEqual(refusals(log), ["edge-1 wrong_key"]);
  assert.deepEqual((await manager.get("/api/control")).proxies, []);
});

Deno.test("A manager refuses a proof that was good in an earlier connection", async () => {
  using log = catchLog();
  await using manager = await startControlManager();
  const sent: Json[] = [];
  using first = await joinAsProxy(manager.port, {}, sent);
  await manager.connected("edge-1");
  assert.deepEqual(sent.map(({ type }) => type), ["hello", "proof"]);
  // Everything that the proxy said, word for word: only the manager's nonce is another one.
  using replay = await RawEnd.join(manager.port);
  for (const message of sent) replay.send(message);
  assert.equal(await replay.closed, 4401);
  await counts(manager, "wrong_key");
  assert.deepEqual(refusals(log), ["edge-1 wrong_key"]);
  await manager.connected("edge-1");
  first.close();
});

Deno.test("A manager lets an answer that comes again, or to nothing, change nothing", async () => {
  await using manager = await startControlManager();
  using proxy = await joinAsProxy(manager.port);
  await manager.connected("edge-1");
  const results: string[] = [];
  for (const id of ["one", "two"]) {
    const ordered = manager.order("drain", { proxies: "all", order_id: id });
    assert.equal((await proxy.next()).id, id);
    const said = (of: string, ok: boolean) =>
      proxy.send({ type: "result", id: of, result: { ok, detail: `${of} ${ok}` } });
    said("none", true);
    said("one", true);
    if (id === "two") said("two", false);
    said(id, true);
    results.push((await ordered).body.results[0].detail);
  }
  assert.deepEqual(results, ["one true", "two false"]);
  const again = await manager.order("drain", { proxies: "all", order_id: "two" });
  assert.deepEqual(again.body.results[0].outcome, "failed");
  await manager.connected("edge-1");
});

const MESSAGE_OF_70_KB = JSON.stringify({ type: "result", detail: "x".repeat(70_000) });

for (const isKnown of [false, true]) {
  const who = isKnown ? "a proxy that takes orders" : "a stranger";
  Deno.test(`A manager ends ${who} that sends a message of more than 64 KiB`, async () => {
    using log = catchLog();
    await using manager = await startControlManager();
    using end = await (isKnown ? joinAsProxy(manager.port) : RawEnd.join(manager.port));
    if (isKnown) await manager.connected("edge-1");
    end.send(MESSAGE_OF_70_KB);
    assert.equal(await end.closed, 1009);
    await counts(manager, "message_too_big");
    assert.deepEqual(refusals(log), [`${isKnown ? "edge-1" : "somebody"} message_too_big`]);
    await manager.connected();
  });
}

Deno.test("A manager tells, counts and notes that a proxy without --control takes no order", async () => {
  using log = catchLog();
  await using manager = await startControlManager();
  await using proxy = startTestProxy("http", {
    ...{ id: "edge-1", controlKeyEnv: CONTROL_KEY },
    ...{ managerAddr: `127.0.0.1:${manager.port}`, statsAddr: `127.0.0.1:${manager.statsPort}` },
  });
  const known = await eventually("it reports", async () => (await manager.get("/api/proxies"))[0]);
  assert.deepEqual([known.proxy_id, known.controlled], ["edge-1", false]);
  const { body } = await manager.order("stop", { proxies: ["edge-1"] });
  const [{ outcome, detail }] = body.results;
  assert.equal(outcome, "not_connected");
  assert.equal(
    detail,
    "this proxy takes no orders from here: it is away, or was started without --control",
  );
  const commands = 'rustproxy_control_commands_total{command="stop",outcome="not_connected"}';
  assert.equal(await manager.metric(commands), 1);
  const noted = log.lines.map(({ text }) => text).filter((text) => text.startsWith("audit: "));
  assert.deepEqual(noted, ["audit: stop not_connected"]);
  const { entries } = await manager.get("/api/audit");
  const [{ id: _, time: __, ...entry }] = entries;
  assert.deepEqual(entry, {
    ...{ actor: "local", client_ip: "127.0.0.1", action: "stop", target: "edge-1" },
    ...{ outcome, detail },
  });
  // It serves as before.
  using conn = await Deno.connect({ hostname: "127.0.0.1", port: proxy.port });
  await conn.write(new TextEncoder().encode("GET / HTTP/1.1\r\n\r\n"));
  assert.ok((await conn.read(new Uint8Array(12)))! > 0);
});

Deno.test("A manager takes orders from admins alone, and counts whom it refused", async () => {
  await using manager = await startControlManager({ auth: ["ann:secret", "viewer=vic:secret"] });
  await using proxy = startFakeProxy(manager.port);
  await eventually("it is connected", () => proxy.client.isConnected);
  const url = `http://127.0.0.1:${manager.port}`;
  const order = async (login: string | null, changes: RequestInit = {}) => {
    const headers: Record<string, string> = { "content-type": "application/json" };
    if (login) headers.authorization = `Basic ${btoa(login)}`;
    const body = JSON.stringify({ proxies: "all" });
    const init = { method: "POST", body, ...changes, headers: { ...headers, ...changes.headers } };
    const reply = await fetch(`${url}/api/control/stop`, init);
    return [reply.status, (await reply.json()).error?.code];
  };
  assert.deepEqual(await order(null), [401, "login_required"]);
  assert.deepEqual(await order("ann:wrong"), [401, "wrong_credentials"]);
  assert.deepEqual(await order("vic:secret"), [403, "admin_required"]);
  const evil = { headers: { origin: "https://evil.example" } };
  assert.deepEqual(await order("ann:secret", evil), [403, "origin_not_allowed"]);
  const form = { headers: { "content-type": "text/plain" } };
  assert.deepEqual(await order("ann:secret", form), [415, "wrong_type"]);
  assert.deepEqual(await order("ann:secret", { body: "{" }), [400, "bad_json"]);
  const big = { body: JSON.stringify({ proxies: "all", x: "x".repeat(70_000) }) };
  assert.deepEqual(await order("ann:secret", big), [413, "body_too_large"]);
  assert.deepEqual(proxy.told, []);
  const headers = { authorization: `Basic ${btoa("ann:secret")}` };
  const metrics = await (await fetch(`${url}/metrics`, { headers })).text();
  const counted = [...metrics.matchAll(/^rustproxy_http_refused_total\{reason="(\w+)"\} 1$/gm)];
  assert.deepEqual(counted.map(([, reason]) => reason).toSorted(), [
    ...["admin_required", "bad_json", "body_too_large", "login_required", "origin_not_allowed"],
    ...["wrong_credentials", "wrong_type"],
  ]);
  assert.deepEqual(await order("ann:secret"), [200, undefined]);
  assert.deepEqual(proxy.told, [{ command: "stop" }]);
});
