import { strict as assert } from "node:assert";
import { fileURLToPath } from "node:url";
import config from "../../deno.json" with { type: "json" };
import { parseScryptHash, verifyScrypt } from "../../manager/auth/scrypt_hash.ts";
import { ROOT } from "../support/import_graph.ts";

const RUN = [...config.tasks.proxy.command.split(" ").slice(1), "--hash-password"];
const CWD = fileURLToPath(ROOT);

async function run(command: string, args: string[], input: string | Uint8Array) {
  const bytes = typeof input === "string" ? new TextEncoder().encode(input) : input;
  const options = { args, cwd: CWD, stdin: "piped", stdout: "piped", stderr: "piped" } as const;
  await using child = new Deno.Command(command, options).spawn();
  const writer = child.stdin.getWriter();
  await writer.write(bytes);
  await writer.close();
  const { code, stdout, stderr } = await child.output();
  const text = new TextDecoder();
  return { code, stdout: text.decode(stdout), stderr: text.decode(stderr) };
}

const hash = (input: string | Uint8Array) => run(Deno.execPath(), RUN, input);

async function isHashOf(text: string, password: string): Promise<boolean> {
  return await verifyScrypt(parseScryptHash(text.trim())!, new TextEncoder().encode(password));
}

Deno.test("--hash-password prints the hash of the line that it reads", async () => {
  const table: [input: string, password: string][] = [
    ["pass: word\n", "pass: word"],
    ["grüße", "grüße"],
    [" a \r\n", " a "],
  ];
  for (const [input, password] of table) {
    const { code, stdout, stderr } = await hash(input);
    assert.deepEqual([code, stderr], [0, ""]);
    assert.match(stdout, /^\$scrypt\$ln=15,r=8,p=3\$\S+\n$/);
    assert.ok(await isHashOf(stdout, password), input);
  }
});

Deno.test("--hash-password refuses no password, a long one and more than one line", async () => {
  const length = "Cannot hash the password: expected 1 to 255 bytes";
  const table: [input: string, message: string][] = [
    ["", length],
    ["\n", length],
    ["hunter2".repeat(40), length],
    ["hunter2\nhunter3\n", "Cannot hash the password: expected one line"],
  ];
  for (const [input, message] of table) {
    const { code, stdout, stderr } = await hash(input);
    assert.deepEqual([code, stdout, stderr], [1, "", `rustproxy: ${message}\n`]);
  }
});

/** True where a program can be run on a terminal of its own; otherwise says what is skipped. */
function haveScript(): boolean {
  try {
    const args = ["--version"];
    return new Deno.Command("script", { args, stdout: "null", stderr: "null" }).outputSync()
      .success;
  } catch {
    console.log("--hash-password on a terminal: skipped, since script is not on PATH");
    return false;
  }
}

/** Runs it on a terminal; types each line once it is asked for. */
async function runOnTerminal(...lines: string[]) {
  const command = [Deno.execPath(), ...RUN].map((part) => `'${part}'`).join(" ");
  const args = ["-qec", command, "/dev/null"];
  const options = { args, cwd: CWD, stdin: "piped", stdout: "piped", stderr: "null" } as const;
  await using child = new Deno.Command("script", options).spawn();
  const writer = child.stdin.getWriter();
  let shown = "";
  for await (const bytes of child.stdout) {
    shown += new TextDecoder().decode(bytes);
    if (!/(Password|Once more): $/.test(shown)) continue;
    const line = lines.shift();
    if (line !== undefined) await writer.write(new TextEncoder().encode(line));
  }
  // The program has ended, so there may be nobody to close for.
  await writer.close().catch(() => {});
  return { shown, code: (await child.status).code };
}

Deno.test({
  name: "--hash-password lets a password be typed twice on a terminal, and shows none of it",
  ignore: !haveScript(),
  fn: async () => {
    const right = await runOnTerminal("hunterx\x7f2\r", "hunter2\r");
    assert.match(right.shown, /^Password: \s+Once more: \s+\$scrypt\$\S+\s+$/);
    assert.ok(await isHashOf(/\$scrypt\S+/.exec(right.shown)![0], "hunter2"));
    assert.equal(right.code, 0);
    const wrong = await runOnTerminal("hunter2\r", "hunter3\r");
    assert.match(wrong.shown, /rustproxy: .* it was not typed the same twice\s+$/);
    assert.equal(wrong.code, 1);
    const broken = await runOnTerminal("hunter2\x03");
    assert.match(broken.shown, /rustproxy: .* it was not typed to the end\s+$/);
    assert.equal(broken.code, 1);
    for (const { shown } of [right, wrong, broken]) assert.doesNotMatch(shown, /hunter/);
  },
});
