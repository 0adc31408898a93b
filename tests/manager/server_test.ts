import { strict as assert } from "node:assert";
import { HttpServer } from "../../manager/server.ts";

const ANY = { host: "127.0.0.1", port: 0 };
const DEADLINE_MS = 20_000;

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
    const held = await connectUntilRefused(port);
    assert.ok(held.length >= 40, `${held.length} connections before the first refusal`);
    for (const conn of held) conn.close();
    assert.equal(await textOnce(port), "ok");
    child.kill("SIGKILL");
    await reader.cancel();
  },
});

/** A process with few descriptors that serves "ok" and writes its port. */
function serveWithDescriptors(limit: number): Deno.ChildProcess {
  const module = JSON.stringify(import.meta.resolve("../../manager/server.ts"));
  const code = `import { HttpServer } from ${module};
    const server = new HttpServer({ host: "127.0.0.1", port: 0 }, () => new Response("ok"));
    console.log(server.addr.port);`;
  return new Deno.Command("sh", {
    args: ["-c", `ulimit -n ${limit} && exec "$0" eval --no-check "$1"`, Deno.execPath(), code],
    stdout: "piped",
    stderr: "null",
  }).spawn();
}

/** Connections held until the server has given up for a moment, however long its backlog is. */
async function connectUntilRefused(port: number): Promise<Deno.TcpConn[]> {
  const held: Deno.TcpConn[] = [];
  const deadline = Date.now() + DEADLINE_MS;
  while (Date.now() < deadline) {
    try {
      const conn = await Deno.connect({ hostname: "127.0.0.1", port });
      // More than it has descriptors are enough; the rest only ask whether it still listens.
      if (held.length < 200) held.push(conn);
      else conn.close();
    } catch (error) {
      if (error instanceof Deno.errors.ConnectionRefused) return held;
    }
  }
  throw new Error("a server without descriptors went on listening");
}

/** What the server says once it answers again. */
async function textOnce(port: number): Promise<string> {
  const deadline = Date.now() + DEADLINE_MS;
  while (true) {
    try {
      return await (await fetch(`http://127.0.0.1:${port}/`)).text();
    } catch (error) {
      if (Date.now() > deadline) throw error;
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
  }
}
