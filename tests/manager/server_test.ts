import { strict as assert } from "node:assert";
import { HttpServer } from "../../manager/server.ts";
import { eventually, within } from "../support/eventually.ts";
import { send } from "../support/tcp.ts";

const ANY = { host: "127.0.0.1", port: 0 };

const windows = Deno.build.os === "windows";
if (windows) {
  console.log("Skipped: Windows has no ulimit, so running out of descriptors is not tried");
}

Deno.test("HttpServer serves until it is stopped, and lets a request end", async () => {
  const answer = Promise.withResolvers<Response>();
  const asked = Promise.withResolvers<void>();
  const server = new HttpServer(ANY, () => {
    asked.resolve();
    return answer.promise;
  });
  const reply = fetch(`http://127.0.0.1:${server.addr.port}/`);
  await asked.promise;
  const stopped = server.stop();
  answer.resolve(new Response("done"));
  assert.equal(await (await reply).text(), "done");
  await stopped;
});

Deno.test("HttpServer does not wait for ever for a request that does not end", async () => {
  const asked = Promise.withResolvers<void>();
  const answer = Promise.withResolvers<Response>();
  const server = new HttpServer(ANY, () => {
    asked.resolve();
    return answer.promise;
  });
  const reply = fetch(`http://127.0.0.1:${server.addr.port}/`).then((r) => r.text(), () => "cut");
  await asked.promise;
  await server.stop();
  assert.equal(await reply, "cut");
  answer.resolve(new Response("too late"));
});

Deno.test({
  name: "HttpServer serves again after file descriptors have run out",
  ignore: windows,
  fn: async () => {
    await using child = serveWithDescriptors(80);
    const reader = child.stdout.getReader();
    const port = Number(new TextDecoder().decode((await reader.read()).value));
    const held = await holdRequests(port, 200);
    for (const conn of held) conn.close();
    assert.equal(await textOnce(port), "ok");
    child.kill("SIGKILL");
    await reader.cancel();
  },
});

/** A process with few descriptors that serves "ok" and writes its port. */
function serveWithDescriptors(limit: number): Deno.ChildProcess {
  const module = JSON.stringify(import.meta.resolve("../../manager/server.ts"));
  // Signals as the program has them: to set them up without a descriptor left ends the runtime.
  const code = `import { HttpServer } from ${module};
    Deno.addSignalListener("SIGTERM", () => {});
    const server = new HttpServer({ host: "127.0.0.1", port: 0 }, () => new Response("ok"));
    console.log(server.addr.port);`;
  return new Deno.Command("sh", {
    args: ["-c", `ulimit -n ${limit} && exec "$0" eval --no-check "$1"`, Deno.execPath(), code],
    stdout: "piped",
    stderr: "null",
  }).spawn();
}

/** More connections than the server has descriptors, each with a request; the last ones wait in its queue. */
async function holdRequests(port: number, count: number): Promise<Deno.TcpConn[]> {
  const held: Deno.TcpConn[] = [];
  for (let i = 0; i < count; i++) {
    const conn = await Deno.connect({ hostname: "127.0.0.1", port });
    await send(conn, "GET / HTTP/1.1\r\nHost: x\r\n\r\n");
    held.push(conn);
  }
  // What it said to the first ones: served, or that there is no room just now.
  for (const conn of held.slice(0, 20)) {
    const answer = await within("an answer", conn.read(new Uint8Array(1024)).catch(() => null));
    assert.notEqual(answer, undefined);
  }
  return held;
}

/** What the server says once it answers again. */
function textOnce(port: number): Promise<string> {
  return eventually("it serves", async () => {
    const reply = await fetch(`http://127.0.0.1:${port}/`);
    const text = await reply.text();
    return reply.ok ? text : undefined;
  });
}
