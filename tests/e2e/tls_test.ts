import { strict as assert } from "node:assert";
import { createHash } from "node:crypto";
import { freeAddress } from "../support/addresses.ts";
import { eventually } from "../support/eventually.ts";
import { runToEnd } from "../support/executable.ts";
import { haveCurl, runProgram, startProgram } from "../support/program.ts";
import { CertificateFolder, FIRST, SECOND } from "../support/tls.ts";

const SIZE = 16 << 20;
const DATA = crypto.getRandomValues(new Uint8Array(64 << 10));

function startOrigin() {
  return Deno.serve({ hostname: "127.0.0.1", port: 0, onListen() {} }, async (request) => {
    const sum = createHash("sha256");
    for await (const part of request.body ?? []) sum.update(part);
    if (request.method !== "GET") return new Response(sum.digest("hex"));
    let left = SIZE / DATA.length;
    return new Response(
      new ReadableStream({
        pull: (controller) => left-- > 0 ? controller.enqueue(DATA) : controller.close(),
      }),
    );
  });
}

async function sumOf(file: string): Promise<string> {
  return createHash("sha256").update(await Deno.readFile(file)).digest("hex");
}

for (const workers of ["1", "2"]) {
  Deno.test({
    name: `curl uses an HTTPS proxy with ${workers} worker(s), and sees its certificate change`,
    ignore: !haveCurl(),
  }, async () => {
    await using origin = startOrigin();
    await using folder = new CertificateFolder();
    const { tlsCert, tlsKey } = folder.flags;
    const [first, second] = [`${folder.folder}/first.pem`, `${folder.folder}/second.pem`];
    await Deno.writeTextFile(first, FIRST.cert);
    await Deno.writeTextFile(second, SECOND.cert);
    const listen = freeAddress();
    await using program = startProgram([
      ...["--mode", "http", "--listen", listen, "--workers", workers, "--log-format", "text"],
      ...["--tls-cert", tlsCert, "--tls-key", tlsKey, "--auth", "ann:secret"],
    ]);
    await eventually("it is up", () => program.stderr.includes("listening"));
    const url = `http://127.0.0.1:${origin.addr.port}/`;
    const curl = (trusted: string, ...args: string[]) =>
      runToEnd("curl", [
        ...["-sS", "-m", "60", "--proxy-cacert", trusted, "-x", `https://${listen}`],
        ...["-U", "ann:secret", ...args],
      ], ".");
    const file = `${folder.folder}/body`;
    for (const tunnel of [[], ["--proxytunnel"]]) {
      const { code, stderr } = await curl(first, ...tunnel, "-o", file, url);
      assert.equal(code, 0, stderr);
      assert.equal((await Deno.stat(file)).size, SIZE);
      const { stdout } = await curl(first, ...tunnel, "-T", file, url);
      assert.equal(stdout, await sumOf(file), tunnel.join());
    }
    assert.equal((await curl(second, url)).code, 60, "the other certificate is not trusted");
    folder.write(SECOND);
    const isServed = async () => (await curl(second, "-o", file, url)).code === 0;
    // Each worker reads the files for itself.
    await eventually("the new certificate is served, by every worker", async () => {
      for (let i = 0; i < 8; i++) if (!await isServed()) return false;
      return true;
    });
    assert.match(program.stderr, /Read again, since it has changed: --tls-cert .*--tls-key /);
    assert.equal(program.stderr.match(/Read again/g)?.length, 1, "told once");
    assert.equal((await program.terminate()).code, 0);
  });
}

Deno.test("A certificate without its key ends with exit code 1 and one line", async () => {
  await using folder = new CertificateFolder({ cert: FIRST.cert, key: SECOND.key });
  const { tlsCert, tlsKey } = folder.flags;
  const { code, stderr } = await runProgram([
    ...["--mode", "http", "--listen", "127.0.0.1:0", "--tls-cert", tlsCert, "--tls-key", tlsKey],
  ]);
  assert.equal(code, 1);
  assert.match(stderr, /^rustproxy: Cannot use --tls-key ".*key.pem": it is not the .*\n$/);
});
