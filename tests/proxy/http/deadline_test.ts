import { strict as assert } from "node:assert";
import { createHttpHandler } from "../../../proxy/http/handler.ts";
import { UpstreamPool } from "../../../proxy/http/pool.ts";
import { BufferPool } from "../../../proxy/net/buffer.ts";
import { createDial } from "../../../proxy/net/dial.ts";
import { Failure } from "../../../proxy/net/failure.ts";
import { Session } from "../../../proxy/net/session.ts";
import { proxyOptionsSchema } from "../../../proxy/options.ts";
import { Collector } from "../../../proxy/stats/collector.ts";
import { eventually } from "../../support/eventually.ts";
import { readText, send } from "../../support/tcp.ts";

/** A client and the session that serves it, whose clock is the test's. */
async function serve() {
  using listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  const [client, accepted] = await Promise.all([
    Deno.connect({ hostname: "127.0.0.1", port: listener.addr.port }),
    listener.accept(),
  ]);
  const pool = new BufferPool();
  const handler = createHttpHandler({
    auth: null,
    dial: createDial({ timeout: 5 }),
    pool,
    upstreams: new UpstreamPool(pool),
    via: "rustproxy-x",
    rules: proxyOptionsSchema.parse({ mode: "http" }).http,
    count: () => {},
  });
  const session = new Session(accepted, new Collector().open("127.0.0.1", 1));
  const end = handler(session).catch((error) => {
    assert.ok(error instanceof Failure || session.endReason !== "", error);
  }).finally(() => session.close());
  return {
    client,
    session,
    end,
    /** The clock as it is, and `seconds` more. */
    after: (seconds: number) => session.checkDeadline(Date.now() + seconds * 1000),
    reason: (): string => session.endReason,
    [Symbol.dispose]: () => client.close(),
  };
}

Deno.test("http mode answers 408 to a head that is not whole after 10 s", async () => {
  using served = await serve();
  await send(served.client, "GET http://a/ HTTP/1.1\r\n");
  const answer = readText(served.client);
  await eventually("the head is given up", () => {
    served.after(1);
    assert.equal(served.reason(), "");
    // Until the first bytes are read, the 60 s that an idle connection has hold.
    served.after(11);
    return served.reason() === "handshake_timeout";
  });
  assert.equal(
    await answer,
    "HTTP/1.1 408 Request Timeout\r\nContent-Type: text/plain; charset=utf-8\r\nContent-Length: 51\r\n" +
      "Proxy-Status: rustproxy-x; error=http_request_error\r\nConnection: close\r\n\r\n" +
      "408 Request Timeout: no whole request head in 10 s\n",
  );
  await served.end;
});

Deno.test("http mode closes a connection on which no request begins in 60 s, without a word", async () => {
  using served = await serve();
  await eventually("it waits", () => served.session.idle);
  served.after(59);
  assert.equal(served.reason(), "");
  served.after(61);
  assert.equal(served.reason(), "idle_timeout");
  assert.equal(await readText(served.client), "");
  await served.end;
});
