import { strict as assert } from "node:assert";
import { decodeBackend } from "../../proxy/stats/backend_record.ts";
import { eventually } from "../support/eventually.ts";
import { haveHaproxy, startHaproxy } from "../support/haproxy.ts";
import { startOrigin } from "../support/http.ts";
import { startTestProxy } from "../support/proxy.ts";
import { connectTo, echo, readText, send, startTcp } from "../support/tcp.ts";

const ignore = !haveHaproxy();

const VERSIONS = [["v1", "send-proxy"], ["v2", "send-proxy-v2"]] as const;

/** A HAProxy that passes on to this address, with a header before. */
const inFront = (of: string, option: string) =>
  startHaproxy((bind) => [`listen front`, `  bind ${bind}`, `  server proxy ${of} ${option}`]);

/** A HAProxy that expects a header, and answers with what it says. */
const behind = () =>
  startHaproxy((bind) => [
    "frontend behind",
    "  mode http",
    `  bind ${bind} accept-proxy`,
    '  http-request return status 200 content-type text/plain lf-string "%ci %cp %fi %fp"',
  ]);

for (const [version, option] of VERSIONS) {
  Deno.test({
    name: `tcp mode behind HAProxy takes its ${version} header and knows the client`,
    ignore,
    async fn() {
      await using server = startTcp(echo);
      await using proxy = startTestProxy("tcp", {
        target: server.address,
        acceptProxy: "127.0.0.1",
        lb: "hash",
      });
      await using haproxy = await inFront(proxy.address, option);
      using conn = await connectTo(haproxy.port);
      await send(conn, "through both");
      await conn.closeWrite();
      assert.equal(await readText(conn), "through both");
      await proxy.report(
        "the client's own port is known",
        (report) =>
          report.kind === "connections" &&
          report.connections.some(([, ip, port, , sent]) =>
            ip === "127.0.0.1" && port === conn.localAddr.port && sent === 12
          ),
      );
      assert.equal(proxy.reports.at(-1)!.failed_connections, 0);
    },
  });

  Deno.test({
    name: `http mode behind HAProxy takes its ${version} header and knows the client`,
    ignore,
    async fn() {
      await using origin = startOrigin("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok");
      await using proxy = startTestProxy("http", { acceptProxy: "127.0.0.1" });
      await using haproxy = await inFront(proxy.address, option);
      using conn = await connectTo(haproxy.port);
      const request =
        `GET http://${origin.address}/ HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n`;
      await send(conn, request);
      assert.match(await readText(conn), /^HTTP\/1\.1 200 OK\r\n.*ok$/s);
      await proxy.report(
        "the client's own port is known",
        (report) =>
          report.kind === "connections" &&
          report.connections.some(([, , port]) => port === conn.localAddr.port),
      );
    },
  });

  Deno.test({
    name: `tcp mode in front of HAProxy tells it the client by ${version}, and checks it by http`,
    ignore,
    async fn() {
      await using haproxy = await behind();
      await using proxy = startTestProxy("tcp", {
        target: haproxy.address,
        proxyProtocol: version,
        healthcheck: "http",
        healthcheckInterval: "0.1",
      });
      using conn = await connectTo(proxy.port);
      await send(conn, "GET / HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n");
      const said = (await readText(conn)).split("\r\n\r\n")[1];
      assert.equal(said, `127.0.0.1 ${conn.localAddr.port} 127.0.0.1 ${proxy.port}`);
      await eventually(
        "a check has passed",
        () =>
          proxy.reports.flatMap((report) =>
            report.kind === "detail" ? report.backends.map(decodeBackend) : []
          )
            .some(({ state, check_latency_ms }) => state === "up" && check_latency_ms !== null),
      );
      const states = proxy.reports.flatMap((report) =>
        report.kind === "detail" ? report.backends.map(([, , state]) => state) : []
      );
      assert.ok(!states.includes("down"), states.join());
    },
  });
}

Deno.test({
  name: "tcp mode between two HAProxies hands on what the first one said",
  ignore,
  async fn() {
    await using last = await behind();
    await using proxy = startTestProxy("tcp", {
      target: last.address,
      proxyProtocol: "v2",
      acceptProxy: "127.0.0.0/8",
    });
    await using first = await inFront(proxy.address, "send-proxy");
    using conn = await connectTo(first.port);
    await send(conn, "GET / HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n");
    const said = (await readText(conn)).split("\r\n\r\n")[1];
    assert.equal(said, `127.0.0.1 ${conn.localAddr.port} 127.0.0.1 ${first.port}`);
  },
});
