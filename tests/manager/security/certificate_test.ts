import { strict as assert } from "node:assert";
import { startManager } from "../../../manager/mod.ts";
import { managerOptionsSchema } from "../../../manager/options.ts";
import { FileError } from "../../../proxy/reloaded.ts";
import { eventually } from "../../support/eventually.ts";
import { withExposed } from "../../support/exposed.ts";
import { handshake, RawViewer, TEXT } from "../../support/raw_viewer.ts";
import { ReplyReader } from "../../support/raw_http.ts";
import { readUntil, send } from "../../support/tcp.ts";
import { CertificateFolder, connectTls, FIRST, SECOND } from "../../support/tls.ts";

const DEPS = { version: "0.1.0", dashboardDir: new URL("file:///not/built/") };

Deno.test("A manager follows its certificate's files, and its viewers stay", async () => {
  await using folder = new CertificateFolder();
  await withExposed(folder.flags, async ({ port }) => {
    using viewer = new RawViewer(await connectTls(port, FIRST) as unknown as Deno.TcpConn);
    await send(viewer.conn, handshake(port));
    const bytes = { read: (into: Uint8Array) => viewer.conn.read(into.subarray(0, 1)) };
    const head = await readUntil(bytes, (text) => text.includes("\r\n\r\n"));
    assert.match(head, /^HTTP\/1\.1 101 /);
    assert.equal((await viewer.next()).opcode, TEXT);
    folder.write(SECOND);
    const renewed = await eventually("the new one is used", () => connectTls(port, SECOND), 60_000);
    await send(renewed, "GET /api/health HTTP/1.1\r\nHost: localhost\r\n\r\n");
    assert.equal((await new ReplyReader(renewed).next())?.status, 200);
    renewed.close();
    assert.equal((await viewer.next()).opcode, TEXT, "it still hears of the fleet");
  });
});

Deno.test("A manager does not start with a certificate that cannot be used, and leaves nothing open", async () => {
  await using folder = new CertificateFolder({ cert: FIRST.cert, key: SECOND.key });
  const options = managerOptionsSchema.parse({
    listen: "127.0.0.1:0",
    history: false,
    ...folder.flags,
  });
  await assert.rejects(startManager(options, DEPS), (error) => {
    assert.ok(error instanceof FileError);
    assert.match(error.message, /^Cannot use --tls-key ".*": it is not the certificate's key$/);
    return true;
  });
});
