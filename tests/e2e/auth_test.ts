import { strict as assert } from "node:assert";
import { freeAddress } from "../support/addresses.ts";
import { eventually } from "../support/eventually.ts";
import { runToEnd } from "../support/executable.ts";
import { ALL_USERS, APACHE, TempFile } from "../support/htpasswd.ts";
import { haveCurl, runProgram, startProgram } from "../support/program.ts";

Deno.test("A weak file of users ends with exit code 1 and one line that does not repeat it", async () => {
  await using users = new TempFile(`${APACHE.bcrypt}\n\nmallory:hunter2\n`);
  const args = ["--mode", "socks5", "--listen", "127.0.0.1:0", "--auth-file", users.path];
  for (const workers of ["1", "2"]) {
    const { code, stderr } = await runProgram([...args, "--workers", workers]);
    assert.equal(code, 1);
    assert.match(stderr, /^rustproxy: Cannot use --auth-file ".*users": line 3: .*\n$/);
    assert.doesNotMatch(stderr, /mallory|hunter2/);
  }
});

Deno.test({
  name: "The program takes curl's users from a file, in both modes, and logs when it changes",
  ignore: !haveCurl(),
}, async () => {
  await using origin = Deno.serve(
    { hostname: "127.0.0.1", port: 0, onListen() {} },
    () => new Response("from the origin"),
  );
  await using users = new TempFile(ALL_USERS);
  for (const [mode, scheme] of [["http", "http"], ["socks5", "socks5h"]]) {
    const listen = freeAddress();
    const args = ["--mode", mode, "--listen", listen, "--auth-file", users.path];
    await using program = startProgram([...args, "--workers", "2", "--log-format", "text"]);
    const ask = (user: string) => {
      const proxy = ["-x", `${scheme}://${listen}`, "-U", user];
      return runToEnd("curl", ["-sS", ...proxy, `http://127.0.0.1:${origin.addr.port}/`], ".");
    };
    await eventually("it is up", () => program.stderr.includes("listening"));
    assert.equal((await ask(`ann:${APACHE.bcryptPassword}`)).stdout, "from the origin");
    assert.equal((await ask(`dora:${APACHE.sha512Password}`)).stdout, "from the origin");
    assert.doesNotMatch((await ask("dora:wrong")).stdout, /from the origin/);
    users.replace(APACHE.plain);
    await eventually("it warns", () => program.stderr.includes("what was read before stays"));
    assert.equal((await ask(`ann:${APACHE.bcryptPassword}`)).stdout, "from the origin");
    users.replace(ALL_USERS);
    await eventually("it is good again", () => program.stderr.includes("Read again"));
    assert.equal(program.stderr.match(/Cannot use --auth-file/g)?.length, 1, program.stderr);
    assert.equal((await program.terminate()).code, 0);
  }
});
