/** Control through a reverse proxy that speaks TLS before the manager. */
import { strict as assert } from "node:assert";
import { TEST_CA, TEST_CERT, TEST_KEY } from "../support/certificate.ts";
import { startControlManager, startFakeProxy } from "../support/control_channel.ts";
import { eventually } from "../support/eventually.ts";
import { haveHaproxy, startHaproxy } from "../support/haproxy.ts";
import { TempFile } from "../support/htpasswd.ts";
import { catchLog } from "../support/log_catcher.ts";
import { haveNginx, NGINX_PASSES, startNginx } from "../support/nginx.ts";

const FLAGS = {
  ...{ basePath: "/ops", trustedProxy: ["127.0.0.1"] },
  auth: ["ann:secret", "viewer=vic:secret"],
};

/** What holds for a manager below `/ops` behind any front. */
async function checkFront(port: number): Promise<void> {
  using log = catchLog();
  await using ca = new TempFile(TEST_CA, "ca.pem");
  await using proxy = startFakeProxy(port, { base: "/ops", ca: ca.path });
  await eventually("it takes orders", () => proxy.client.isConnected);
  using client = Deno.createHttpClient({ caCerts: [TEST_CA] });
  const drain = async (login: string | null) => {
    const headers: Record<string, string> = { "content-type": "application/json" };
    if (login) headers.authorization = `Basic ${btoa(login)}`;
    const body = JSON.stringify({ proxies: ["edge-1"] });
    const url = `https://127.0.0.1:${port}/ops/api/control/drain`;
    const reply = await fetch(url, { method: "POST", headers, body, client });
    const { results, error } = await reply.json();
    return results?.[0].outcome ?? error.code;
  };
  assert.equal(await drain(null), "login_required");
  assert.equal(await drain("vic:secret"), "admin_required");
  assert.deepEqual(proxy.told, []);
  assert.equal(await drain("ann:secret"), "done");
  assert.deepEqual(proxy.told, [{ command: "drain" }]);
  // Beside the path there is nothing.
  await using _ = startFakeProxy(port, { ca: ca.path });
  const line = await eventually("another one has tried", () => log.warnings()[0]);
  assert.match(
    line,
    /is not there: it has no control channel \(404\): it needs the key too; it is/,
  );
}

Deno.test({
  name: "Proxies take orders through nginx, by TLS and below a path",
  ignore: !haveNginx(),
  async fn() {
    await using manager = await startControlManager(FLAGS);
    await using cert = new TempFile(TEST_CERT, "cert.pem");
    await using key = new TempFile(TEST_KEY, "key.pem");
    await using nginx = await startNginx([
      `ssl_certificate ${cert.path};`,
      `ssl_certificate_key ${key.path};`,
      "location /ops {",
      `proxy_pass http://127.0.0.1:${manager.port};`,
      ...NGINX_PASSES,
      "}",
    ], "ssl");
    await checkFront(nginx.port);
  },
});

Deno.test({
  name: "Proxies take orders through HAProxy, by TLS and below a path",
  ignore: !haveHaproxy(),
  async fn() {
    await using manager = await startControlManager(FLAGS);
    await using pem = new TempFile(`${TEST_CERT}\n${TEST_KEY}`, "both.pem");
    await using haproxy = await startHaproxy((bind) => [
      "frontend front",
      "  mode http",
      `  bind ${bind} ssl crt ${pem.path}`,
      "  option forwardfor",
      "  http-request set-header X-Forwarded-Proto https",
      "  timeout tunnel 1h",
      "  default_backend manager",
      "backend manager",
      "  mode http",
      `  server manager 127.0.0.1:${manager.port}`,
    ]);
    await checkFront(haproxy.port);
  },
});
