import { strict as assert } from "node:assert";
import { type Exposed, withExposed } from "../support/exposed.ts";
import { haveHaproxy, startHaproxy } from "../support/haproxy.ts";
import { haveNginx, NGINX_PASSES, startNginx } from "../support/nginx.ts";
import { errorCode, type RawReply, ReplyReader, request } from "../support/raw_http.ts";
import { connectTo, send } from "../support/tcp.ts";
import { CertificateFolder, connectTls } from "../support/tls.ts";

const NAME = "fleet.example";
const BEHIND = { trustedProxy: ["127.0.0.1"], publicHost: [NAME] };

type Asks = (bytes: string) => Promise<RawReply | null>;

const over = (connect: () => Promise<Deno.Conn>): Asks => async (bytes) => {
  using conn = await connect();
  await send(conn, bytes);
  return await new ReplyReader(conn).next();
};

/** What holds for a manager behind any front: `path` is where the front has it, `secure` whether it speaks TLS. */
async function checkFront(ask: Asks, path: string, secure: boolean): Promise<void> {
  const host = `Host: ${NAME}`;
  const origin = `Origin: ${secure ? "https" : "http"}://${NAME}`;
  const reply = await ask(request("GET", `${path}/api/health`, host));
  assert.equal(reply?.status, 200);
  assert.equal(reply!.headers.get("strict-transport-security"), secure ? "max-age=300" : null);
  const upgrade = [
    ...["Upgrade: websocket", "Connection: Upgrade", "Sec-WebSocket-Version: 13"],
    "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==",
  ];
  const ws = async (...fields: string[]) =>
    (await ask(request("GET", `${path}/ws`, host, ...upgrade, ...fields)))?.status;
  assert.equal(await ws(origin), 101);
  assert.equal(await ws(), 101);
  assert.equal(await ws("Origin: https://evil.example"), 403);
  // Whoever asks may say that it comes from the manager's host: that is not believed.
  for (const fields of [[], ["X-Forwarded-For: 127.0.0.1"], ["Forwarded: for=127.0.0.1"]]) {
    const change = await ask(request("DELETE", `${path}/api/proxy/x`, host, ...fields));
    assert.deepEqual([change?.status, errorCode(change)], [403, "change_not_allowed"]);
  }
  const foreign = await ask(request("GET", `${path}/api/health`, "Host: evil.example"));
  assert.equal(foreign?.status, 421);
}

async function counted({ counts }: Exposed): Promise<void> {
  await counts({ origin_not_allowed: 1, change_not_allowed: 3, host_not_allowed: 1 });
}

Deno.test({
  name: "A manager with --base-path lives behind nginx, which speaks TLS and passes the path on",
  ignore: !haveNginx(),
  async fn() {
    await using folder = new CertificateFolder();
    await withExposed({ ...BEHIND, basePath: "/ops", hsts: "300" }, async (exposed) => {
      await using nginx = await startNginx([
        `ssl_certificate ${folder.flags.tlsCert};`,
        `ssl_certificate_key ${folder.flags.tlsKey};`,
        "location /ops {",
        ...NGINX_PASSES,
        `proxy_pass http://127.0.0.1:${exposed.port};`,
        "}",
      ], "ssl");
      const ask = over(() => connectTls(nginx.port));
      await checkFront(ask, "/ops", true);
      const redirect = await ask(request("GET", "/ops", `Host: ${NAME}`));
      assert.equal(redirect?.status, 301);
      assert.equal(new URL(redirect!.headers.get("location")!, "https://x").pathname, "/ops/");
      await counted(exposed);
    });
  },
});

Deno.test({
  name: "A manager needs no --base-path behind nginx that takes the path away",
  ignore: !haveNginx(),
  async fn() {
    await withExposed(BEHIND, async (exposed) => {
      await using nginx = await startNginx([
        "location /ops/ {",
        ...NGINX_PASSES,
        `proxy_pass http://127.0.0.1:${exposed.port}/;`,
        "}",
      ]);
      await checkFront(over(() => connectTo(nginx.port)), "/ops", false);
      await counted(exposed);
    });
  },
});

Deno.test({
  name: "A manager lives behind HAProxy, and speaks TLS to it",
  ignore: !haveHaproxy(),
  async fn() {
    await using folder = new CertificateFolder();
    const flags = { ...BEHIND, ...folder.flags, basePath: "/ops", hsts: "300" };
    await withExposed(flags, async (exposed) => {
      await using haproxy = await startHaproxy((bind) => [
        "frontend front",
        "  mode http",
        `  bind ${bind}`,
        "  option forwardfor",
        "  http-request set-header X-Forwarded-Proto https",
        "  default_backend manager",
        "backend manager",
        "  mode http",
        `  server manager 127.0.0.1:${exposed.port} ssl verify required ca-file ${folder.flags.tlsCert}`,
      ]);
      await checkFront(over(() => connectTo(haproxy.port)), "/ops", true);
    });
  },
});
