import { strict as assert } from "node:assert";
import { createDial, type Dial } from "../../../proxy/net/dial.ts";
import { Backend } from "../../../proxy/tcp/backend.ts";
import { HealthChecker, type HealthDeps } from "../../../proxy/tcp/health.ts";
import type { HealthcheckOptions } from "../../../proxy/tcp/options.ts";
import { eventually } from "../../support/eventually.ts";
import { headEnds } from "../../support/http.ts";
import { startTestProxy } from "../../support/proxy.ts";
import {
  closedPort,
  connectTo,
  echo,
  readAll,
  readText,
  readUntil,
  send,
  startTcp,
} from "../../support/tcp.ts";
import { VirtualClock } from "../../support/virtual_clock.ts";

const QUICK: HealthcheckOptions = {
  kind: "tcp",
  interval: 0.02,
  timeout: 5,
  path: "/",
  rise: 1,
  fall: 1,
};

interface Checks extends AsyncDisposable {
  backend: Backend;
}

/** Checks of one backend that end with the scope. */
function check(
  port: number,
  options: Partial<HealthcheckOptions> = {},
  deps: Partial<HealthDeps> = {},
): Checks {
  const backend = new Backend({ host: "127.0.0.1", port, weight: 1 });
  const all = { ...QUICK, ...options };
  const dial = createDial({ timeout: all.timeout });
  const checker = new HealthChecker([backend], all, { dial, proxyProtocol: null, ...deps });
  return { backend, [Symbol.asyncDispose]: () => checker.stop() };
}

/** Answers each request with these bytes, and ends. */
const answering = (bytes: string) =>
  startTcp(async (conn) => {
    await readUntil(conn, headEnds);
    await send(conn, bytes);
  });

const verdicts: [answer: string, healthy: boolean][] = [
  ["HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n", true],
  ["HTTP/1.1 204 \r\n\r\n", true],
  ["HTTP/1.0 302 Found\r\nLocation: /\r\n\r\n", true],
  ["HTTP/1.1 399\r\n\r\n", true],
  ["HTTP/1.1 400 Bad Request\r\n\r\n", false],
  ["HTTP/1.1 503 Service Unavailable\r\n\r\n", false],
  ["HTTP/1.1 100 Continue\r\n\r\n", false],
  ["HTTP/1.1 2000 OK\r\n\r\n", false],
  ["SSH-2.0-OpenSSH_9.2\r\n", false],
  ["", false],
];
for (const [answer, healthy] of verdicts) {
  Deno.test(`HealthChecker by http takes ${JSON.stringify(answer.slice(0, 14))} for ${healthy ? "up" : "down"}`, async () => {
    await using server = answering(answer);
    await using checks = check(server.port, { kind: "http" });
    checks.backend.healthy = !healthy;
    await eventually("the verdict", () => checks.backend.healthy === healthy);
    await eventually(
      "the latency",
      () => (checks.backend.checkLatencyMs !== null) === healthy && server.accepted.length > 1,
    );
  });
}

Deno.test("HealthChecker by http asks for the path by name, and reads a status that comes in pieces", async () => {
  const heads: string[] = [];
  await using server = startTcp(async (conn) => {
    heads.push(await readUntil(conn, headEnds));
    for (const byte of "HTTP/1.1 200 OK\r\n\r\n") await send(conn, byte);
  });
  await using checks = check(server.port, { kind: "http", path: "/health?full=1" });
  await eventually("a check has passed", () => checks.backend.checkLatencyMs !== null);
  assert.match(heads[0], /^GET \/health\?full=1 HTTP\/1\.1\r\n/);
  assert.match(heads[0], new RegExp(`\r\nHost: 127\\.0\\.0\\.1:${server.port}\r\n`));
});

Deno.test("HealthChecker by tcp tells who listens from who does not", async () => {
  await using server = startTcp(echo);
  await using up = check(server.port);
  await using down = check(closedPort());
  await eventually("one is down", () => !down.backend.healthy);
  await eventually("the other one has a latency", () => up.backend.checkLatencyMs !== null);
  assert.equal(up.backend.healthy, true);
  assert.equal(down.backend.checkLatencyMs, null);
});

Deno.test("HealthChecker ends a check that lasts too long, whether it connects or waits for an answer", async () => {
  await using silent = startTcp(async (conn) => void await readAll(conn));
  await using waiting = check(silent.port, { kind: "http", timeout: 0.05 });
  const cancelled: string[] = [];
  const never: Dial = (_, waiter) =>
    new Promise((_, reject) => {
      waiter.cancel = () => {
        cancelled.push("cancelled");
        reject(new Error("cancelled"));
      };
    });
  await using dialling = check(1, { timeout: 0.05 }, { dial: never });
  await eventually("both are down", () => !waiting.backend.healthy && !dialling.backend.healthy);
  assert.ok(cancelled.length > 0);
});

Deno.test("HealthChecker.stop ends a check that is under way, without a verdict", async () => {
  let dials = 0;
  const never: Dial = (_, waiter) =>
    new Promise((_, reject) => {
      dials++;
      waiter.cancel = () => reject(new Error("cancelled"));
    });
  const checks = check(1, {}, { dial: never });
  await eventually("a check is under way", () => dials === 1);
  await checks[Symbol.asyncDispose]();
  assert.equal(checks.backend.healthy, true);
});

/** A checker whose clock stands, over one backend that answers as told; each dial is noted with its time. */
function clocked(interval: number, random: () => number) {
  const clock = new VirtualClock();
  const at: number[] = [];
  const dial: Dial = () => {
    at.push(clock.now());
    return Promise.reject(new Error("refused"));
  };
  const backend = new Backend({ host: "a", port: 1, weight: 1 });
  const options = { ...QUICK, interval };
  const checker = new HealthChecker([backend], options, {
    dial,
    proxyProtocol: null,
    clock,
    random,
  });
  return { clock, at, checker };
}

Deno.test("HealthChecker waits the interval between two checks, give or take a tenth", async () => {
  const { clock, at, checker } = clocked(5, () => 0.5);
  await clock.runTo(17_000);
  assert.deepEqual(at, [0, 5_000, 10_000, 15_000]);
  await checker.stop();
  const spread = clocked(5, () => 0);
  await spread.clock.runTo(10_000);
  assert.deepEqual(spread.at, [0, 4_500, 9_000]);
  await spread.checker.stop();
});

Deno.test("tcp mode sends nobody to a backend that its checks found down, and back again once it is up", async () => {
  let status = 503;
  await using sick = startTcp(async (conn) => {
    await readUntil(conn, headEnds);
    await send(conn, `HTTP/1.1 ${status} x\r\nContent-Length: 4\r\n\r\nsick`);
  });
  await using well = answering("HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\nwell");
  await using proxy = startTestProxy("tcp", {
    target: `${sick.address}=9,${well.address}`,
    healthcheck: "http",
    healthcheckInterval: "0.1",
    rise: "2",
    fall: "1",
  });
  const states = () =>
    proxy.reports.flatMap((report) => report.kind === "detail" ? report.backends : [])
      .filter(([name]) => name === sick.address).map(([, , state]) => state);
  const ask = async () => {
    using conn = await connectTo(proxy.port);
    await send(conn, "GET / HTTP/1.0\r\n\r\n");
    return (await readText(conn)).slice(-4);
  };
  await eventually("it is down", () => states().at(-1) === "down");
  for (let i = 0; i < 5; i++) assert.equal(await ask(), "well");
  status = 200;
  await eventually("it is up", () => states().at(-1) === "up");
  await eventually("it is asked again", async () => await ask() === "sick");
});

for (const version of ["v1", "v2"] as const) {
  Deno.test(`HealthChecker begins with a PROXY ${version} header without addresses where backends expect one`, async () => {
    const first = Promise.withResolvers<string>();
    await using server = startTcp(async (conn) => {
      first.resolve(await readUntil(conn, (text) => text.includes("GET ") && headEnds(text)));
      await send(conn, "HTTP/1.1 200 OK\r\n\r\n");
    });
    await using checks = check(server.port, { kind: "http" }, { proxyProtocol: version });
    assert.ok((await first.promise).startsWith(
      version === "v1" ? "PROXY UNKNOWN\r\nGET " : "\r\n\r\n\0\r\nQUIT\n\x20\0\0\0GET ",
    ));
    await eventually("it passes", () => checks.backend.checkLatencyMs !== null);
  });
}
