import { strict as assert } from "node:assert";
import { openCertificate } from "../../../proxy/tls/certificate.ts";
import { eventually } from "../../support/eventually.ts";
import { readExactly, send } from "../../support/tcp.ts";
import { echoBytes, startTlsServer } from "../../support/tls_server.ts";
import { CertificateFolder, connectTls, FIRST, SECOND } from "../../support/tls.ts";

function open(folder: CertificateFolder) {
  const { tlsCert: cert, tlsKey: key } = folder.flags;
  const files = openCertificate({ cert, key }, { silent: true });
  const swap = async (certificate: typeof FIRST) => {
    folder.write(certificate);
    await files.check();
    await files.check();
  };
  return { files, swap };
}

async function exchange(conn: Deno.Conn): Promise<void> {
  await send(conn, "x");
  await readExactly(conn, 1);
}

Deno.test("acceptTls changes its certificate 20 times and loses none who connect meanwhile", async () => {
  await using folder = new CertificateFolder();
  const { files, swap } = open(folder);
  const server = startTlsServer(files, echoBytes);
  let swapping = true;
  let served = 0;
  const lost: unknown[] = [];
  const client = async () => {
    while (swapping) {
      try {
        using conn = await connectTls(server.port, FIRST, SECOND);
        await exchange(conn);
        served++;
      } catch (error) {
        lost.push(error);
      }
    }
  };
  const old = await connectTls(server.port, FIRST);
  const clients = Array.from({ length: 8 }, client);
  let sinceSwap = 0;
  for (let i = 0; i < 20; i++) {
    const [certificate, other] = i % 2 === 0 ? [SECOND, FIRST] : [FIRST, SECOND];
    await swap(certificate);
    (await connectTls(server.port, certificate)).close();
    await assert.rejects(connectTls(server.port, other), "the former one is not used any more");
    sinceSwap = served;
    await eventually("clients go on", () => served > sinceSwap + 8);
  }
  swapping = false;
  await Promise.all(clients);
  await exchange(old);
  old.close();
  assert.deepEqual(lost, []);
  assert.ok(served > 160, `${served} connections`);
  // Those that did not trust the certificate.
  await eventually("they are counted", () => server.collector.reasons.tls_failed === 20);
  await server.stop();
});

Deno.test("acceptTls keeps the certificate while the files do not fit together", async () => {
  await using folder = new CertificateFolder();
  const { files, swap } = open(folder);
  const server = startTlsServer(files, echoBytes);
  await swap({ cert: SECOND.cert, key: FIRST.key });
  assert.equal(files.version, 0);
  (await connectTls(server.port, FIRST)).close();
  await swap(SECOND);
  assert.equal(files.version, 1);
  (await connectTls(server.port, SECOND)).close();
  await server.stop();
});
