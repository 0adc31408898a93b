import { strict as assert } from "node:assert";
import { openCertificate } from "../../../proxy/tls/certificate.ts";
import { eventually } from "../../support/eventually.ts";
import { connectTo, readText, send } from "../../support/tcp.ts";
import { CertificateFolder, connectTls } from "../../support/tls.ts";
import { echoBytes, startTlsServer } from "../../support/tls_server.ts";

function open(folder: CertificateFolder) {
  return openCertificate({ cert: folder.flags.tlsCert, key: folder.flags.tlsKey }, {
    silent: true,
  });
}

Deno.test("acceptTls gives a handshake ten seconds, from the first byte that does not come", async () => {
  await using folder = new CertificateFolder();
  const server = startTlsServer(open(folder), echoBytes);
  const silent = await connectTo(server.port);
  const halfway = await connectTo(server.port);
  await send(halfway, Uint8Array.of(22, 3, 1, 2, 0, 1));
  await eventually("both are there", () => server.collector.live.size === 2);
  const start = Date.now();
  server.tick(start + 9_000);
  assert.equal(server.collector.live.size, 2);
  await eventually("they end, however far they are", () => {
    server.tick(start + 11_000);
    return server.collector.live.size === 0;
  });
  assert.deepEqual(server.collector.reasons, { tls_failed: 2 });
  for (const conn of [silent, halfway]) {
    assert.equal(await readText(conn).catch(() => ""), "");
    conn.close();
  }
  await server.stop();
});

Deno.test("acceptTls does not wait for ever for a client that takes nothing", async () => {
  await using folder = new CertificateFolder();
  const stuck = Promise.withResolvers<void>();
  const server = startTlsServer(open(folder), async ({ client }) => {
    const piece = new Uint8Array(64 << 10);
    // Until nothing more goes out, since nobody reads.
    for (let more = true; more;) {
      const late = setTimeout(stuck.resolve, 300);
      more = await Promise.race([
        send(client, piece).then(() => true),
        stuck.promise.then(() => false),
      ]);
      clearTimeout(late);
    }
    return "done";
  });
  const conn = await connectTls(server.port);
  await stuck.promise;
  let now = Date.now();
  server.tick(now);
  assert.equal(server.collector.live.size, 1, "it counts while bytes may still go out");
  await eventually("it is cut", () => {
    server.tick(now += 11_000);
    return server.collector.live.size === 0;
  });
  conn.close();
  await server.stop();
});
