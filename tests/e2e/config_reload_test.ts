import { strict as assert } from "node:assert";
import { freeAddress } from "../support/addresses.ts";
import { startStreaming, takeStream } from "../support/config_load.ts";
import { eventually } from "../support/eventually.ts";
import { haveSignals } from "../support/process.ts";
import { startProgram } from "../support/program.ts";
import { connectTo } from "../support/tcp.ts";

const CONNECTIONS = 1_000;
const RELOADS = 100;
const HAVE_SIGNALS = haveSignals("Reloads by SIGHUP");

/** A folder with a configuration file that is put in place whole. */
async function configFile() {
  const dir = await Deno.makeTempDir();
  const path = `${dir}/rustproxy.toml`;
  return {
    path,
    async put(text: string) {
      await Deno.writeTextFile(`${path}.new`, text);
      await Deno.rename(`${path}.new`, path);
    },
    [Symbol.asyncDispose]: () => Deno.remove(dir, { recursive: true }),
  };
}

Deno.test({
  name: "The program reads its configuration again 100 times under 1,000 transfers, and drops none",
  ignore: !HAVE_SIGNALS,
}, async () => {
  await using file = await configFile();
  const origin = startStreaming();
  await using _server = origin.server;
  const [first, second] = [freeAddress(), freeAddress()];
  const edge = (listen: string, more: string) =>
    `[[proxy]]\nname = "edge"\nmode = "tcp"\nlisten = "${listen}"\ndrain_timeout = 0\n` +
    `target = ["${origin.server.address}"]\n${more}\n`;
  const texts = [
    edge(first, "max_connections = 4000\n"),
    edge(second, 'max_connections = 5000\nlb = "leastconn"\naccess = ["allow local"]\n') +
    `[[proxy]]\nname = "other"\nmode = "http"\nlisten = "127.0.0.1:0"\ndrain_timeout = 0\n`,
  ];
  await file.put(texts[0]);
  await using program = startProgram(["--config", file.path, "--log-format", "text"]);
  const reloads = () => program.stderr.match(/(again: |stays in use)/g)?.length ?? 0;
  await eventually("it listens", () => program.stderr.includes("listening on"));
  const port = Number(first.split(":")[1]);
  const transfers = Array.from({ length: CONNECTIONS }, (_, id) => takeStream(port, id));
  const all = Promise.allSettled(transfers);
  await eventually("all are in transfer", () => origin.sent.size === CONNECTIONS, 60_000);

  for (let i = 1; i <= RELOADS; i++) {
    await file.put(texts[i % 2]);
    program.signal("SIGHUP");
    await eventually(`reload ${i}`, () => reloads() === i || program.exited, 60_000);
    assert.equal(program.exited, false, program.stderr);
  }
  assert.equal(program.stderr.match(/again: changed /g)?.length, RELOADS);
  await file.put(texts[1].replace("max_connections = 5000", "max_connections = 0\nrise = 0"));
  program.signal("SIGHUP");
  await eventually("the wrong file is refused", () => program.stderr.includes("stays in use"));
  const wrong = [...program.stderr.matchAll(/error +(.*rustproxy\.toml:.*)$/gm)].map(([, l]) => l);
  assert.deepEqual(wrong.map((line) => line.replace(/^.*toml:/, "")), [
    '7: proxy "edge" max_connections: expected a whole number from 1 to 1000000, found 0',
    '8: proxy "edge" rise: expected a whole number from 1 to 100, found 0',
  ]);

  // Every one of them is still in transfer, and new ones come in.
  const before = new Map(origin.sent);
  await eventually("all go on", () => {
    return [...origin.sent].every(([id, bytes]) => bytes > before.get(id)!);
  }, 60_000);
  (await connectTo(port)).close();
  origin.end();
  const results = await all;
  for (const [id, result] of results.entries()) {
    assert.ok(result.status === "fulfilled", `connection ${id}: ${JSON.stringify(result)}`);
    assert.equal(result.value, origin.sent.get(id), `connection ${id}`);
  }
  assert.equal((await program.terminate()).code, 0);
});
