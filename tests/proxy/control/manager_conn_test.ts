import { strict as assert } from "node:assert";
import { TEST_CA, TEST_CERT, TEST_KEY } from "../../support/certificate.ts";
import { FAST, startFakeProxy } from "../../support/control_channel.ts";
import { type Json, type RawEnd, startRawManager, welcome } from "../../support/control_wire.ts";
import { startCutter } from "../../support/cutter.ts";
import { eventually } from "../../support/eventually.ts";
import { TempFile } from "../../support/htpasswd.ts";
import { catchLog } from "../../support/log_catcher.ts";
import { startTcp } from "../../support/tcp.ts";
import { SECOND } from "../../support/tls.ts";

const MANAGER = { cert: TEST_CERT, key: TEST_KEY };

Deno.test("ManagerTls lets go of a manager that never answers its handshake", async () => {
  await using ca = new TempFile(TEST_CA);
  const held = Promise.withResolvers<void>();
  let left = 0;
  await using server = startTcp(async (conn) => {
    const buffer = new Uint8Array(4096);
    while (await conn.read(buffer).catch(() => null) !== null);
    left++;
    // Nothing on this side has closed the connection.
    await held.promise;
  });
  const timing = { ...FAST, handshake: 100 };
  await using proxy = startFakeProxy(server.port, { ca: ca.path, timing });
  await eventually("three tries are over", () => left >= 3);
  assert.equal(proxy.client.isConnected, false);
  held.resolve();
});

Deno.test("ManagerTls delivers what was said before the end", async () => {
  await using ca = new TempFile(TEST_CA);
  const answers: Json[] = [];
  const ends: RawEnd[] = [];
  await using manager = startRawManager(async (end, first) => {
    ends.push(end);
    await welcome(end, first);
    for (let i = 0; i < 20; i++) {
      end.send({ type: "command", id: `id-${i}`, command: { command: "drain" } });
    }
    for (;;) answers.push(await end.next());
  }, MANAGER);
  const held = Promise.withResolvers<void>();
  const proxy = startFakeProxy(manager.port, {
    ca: ca.path,
    async execute() {
      await held.promise;
      return { ok: true, detail: "x".repeat(900) };
    },
  });
  await eventually("it has been told", () => proxy.told.length === 20);
  held.resolve();
  // Those who wait for the answers come before this.
  await new Promise((resolve) => setTimeout(resolve));
  await proxy.client.stop();
  assert.equal(await ends[0].closed, 1000);
  assert.equal(answers.length, 20);
});

Deno.test("ControlClient leaves a manager that falls silent behind TLS, and comes back", async () => {
  await using ca = new TempFile(TEST_CA);
  await using manager = startRawManager(welcome, MANAGER);
  await using wire = startCutter(manager.port);
  const timing = { ...FAST, silence: 3_000, handshake: 1_500 };
  await using proxy = startFakeProxy(wire.port, { ca: ca.path, timing });
  await eventually("it is connected", () => proxy.client.isConnected);
  wire.frozen = true;
  await eventually("it has left", () => !proxy.client.isConnected);
  wire.frozen = false;
  await eventually("it is back", () => proxy.client.isConnected);
});

Deno.test("ControlClient says what is wrong with a manager's TLS", async () => {
  await using ca = new TempFile(TEST_CA);
  await using stranger = new TempFile(SECOND.cert);
  await using clear = startRawManager(welcome);
  await using manager = startRawManager(welcome, MANAGER);
  const table: [port: number, ca: string, why: RegExp][] = [
    [clear.port, ca.path, /is not there: it does not speak TLS; it is tried again$/],
    [manager.port, stranger.path, /certificate is from nobody who is trusted; --control-ca names/],
  ];
  for (const [port, ca, why] of table) {
    using log = catchLog();
    await using _ = startFakeProxy(port, { ca });
    assert.match(await eventually("it has tried", () => log.warnings()[0]), why);
  }
});

Deno.test("ControlClient reaches a manager by its IPv6 address, which its certificate has", async () => {
  let listener;
  try {
    listener = Deno.listen({ hostname: "::1", port: 0 });
  } catch {
    return console.log("ControlClient over IPv6: skipped, since this system has no ::1");
  }
  listener.close();
  await using ca = new TempFile(TEST_CA);
  await using manager = startRawManager(welcome, MANAGER, "::1");
  await using proxy = startFakeProxy(manager.port, { ca: ca.path, host: "::1" });
  await eventually("it is connected", () => proxy.client.isConnected);
});
