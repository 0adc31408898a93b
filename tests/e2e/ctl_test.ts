import { strict as assert } from "node:assert";
import { startProgram } from "../support/program.ts";
import { startControlManager } from "../support/control_channel.ts";
import { startTcp } from "../support/tcp.ts";

Deno.test("rustproxy --ctl shows a password to its manager alone, whatever proxy the environment names", async () => {
  await using manager = await startControlManager({ auth: ["ann:secret"] });
  const asked: string[] = [];
  await using proxy = startTcp(async (conn) => {
    const buffer = new Uint8Array(4096);
    asked.push(new TextDecoder().decode(buffer.subarray(0, await conn.read(buffer) ?? 0)));
  });
  const url = `http://${proxy.address}`;
  const env = { HTTP_PROXY: url, http_proxy: url, ALL_PROXY: url, RUSTPROXY_PASSWORD: "secret" };
  await using program = startProgram([
    ...["--ctl", "list", "--user", "ann", "--manager-addr", `127.0.0.1:${manager.port}`],
  ], env);
  const { code } = await program.ended();
  assert.deepEqual([code, program.stderr], [0, ""]);
  // The runtime has business of its own there, once a day.
  assert.deepEqual(asked.filter((text) => text.includes(`${manager.port}`)), []);
});
