import { strict as assert } from "node:assert";
import { configure, type LogRecord, reset } from "@logtape/logtape";
import { FileError, type NamedFile, Reloaded } from "../../proxy/reloaded.ts";
import { TempFile } from "../support/htpasswd.ts";

const file = ({ path }: { path: string }, flag = "--some-file"): NamedFile => ({ flag, path });

/** The upper-cased text of files; "bad" in one of them is refused. */
function open(...files: NamedFile[]) {
  return new Reloaded({
    files,
    parse: (contents) =>
      contents.map(({ bytes, error }) => {
        const text = new TextDecoder().decode(bytes);
        if (text.includes("bad")) throw error("expected good text");
        return text.toUpperCase();
      }).join("+"),
  });
}

/** Two checks, as two seconds bring them. */
async function settle(reloaded: { check(): Promise<void> }): Promise<void> {
  await reloaded.check();
  await reloaded.check();
}

Deno.test("Reloaded follows a file that is replaced, and one that is written in place", async () => {
  await using temp = new TempFile("one");
  const reloaded = open(file(temp));
  let changes = 0;
  reloaded.onChange = () => changes++;
  assert.equal(reloaded.value, "ONE");
  await settle(reloaded);
  assert.deepEqual([reloaded.version, changes], [0, 0]);
  temp.replace("two");
  await settle(reloaded);
  assert.deepEqual([reloaded.value, reloaded.version, changes], ["TWO", 1, 1]);
  Deno.writeTextFileSync(temp.path, "three");
  await settle(reloaded);
  assert.deepEqual([reloaded.value, reloaded.version, changes], ["THREE", 2, 2]);
});

Deno.test("Reloaded waits until a file that is being written stays as it is", async () => {
  await using temp = new TempFile("one");
  const reloaded = open(file(temp));
  for (const text of ["t", "tw", "two"]) {
    Deno.writeTextFileSync(temp.path, text);
    await reloaded.check();
    assert.equal(reloaded.value, "ONE", text);
  }
  await reloaded.check();
  assert.equal(reloaded.value, "TWO");
});

Deno.test("Reloaded keeps what it has while a file is broken or gone, and says so once for each", async () => {
  const records: LogRecord[] = [];
  await configure({
    reset: true,
    sinks: { test: (record) => void records.push(record) },
    loggers: [
      { category: "rustproxy", sinks: ["test"], lowestLevel: "info" },
      { category: ["logtape", "meta"], lowestLevel: "error" },
    ],
  });
  try {
    const said = () =>
      records.splice(0).map(({ level, message }) => `${level}: ${message.join("")}`);
    await using temp = new TempFile("one");
    const name = `--some-file ${JSON.stringify(temp.path)}`;
    const kept = "what was read before stays in use";
    const reloaded = open(file(temp));
    temp.replace("bad");
    await settle(reloaded);
    await settle(reloaded);
    assert.deepEqual(said(), [`warning: Cannot use ${name}: expected good text; ${kept}`]);
    Deno.removeSync(temp.path);
    await settle(reloaded);
    await settle(reloaded);
    assert.deepEqual(said(), [`warning: Cannot use ${name}: there is no such file; ${kept}`]);
    assert.deepEqual([reloaded.value, reloaded.version], ["ONE", 0]);
    temp.replace("good");
    await settle(reloaded);
    assert.deepEqual(said(), [`info: Read again, since it has changed: --some-file ${temp.path}`]);
    assert.deepEqual([reloaded.value, reloaded.version], ["GOOD", 1]);
  } finally {
    await reset();
  }
});

Deno.test("Reloaded takes several files as one", async () => {
  await using a = new TempFile("a");
  await using b = new TempFile("b");
  const reloaded = open(file(a, "--a"), file(b, "--b"));
  assert.equal(reloaded.value, "A+B");
  b.replace("bad");
  await settle(reloaded);
  assert.equal(reloaded.value, "A+B");
  a.replace("aa");
  b.replace("bb");
  await settle(reloaded);
  assert.deepEqual([reloaded.value, reloaded.version], ["AA+BB", 1]);
});

Deno.test("Reloaded names the flag and the file that cannot be used at the start", async () => {
  await using temp = new TempFile("bad");
  const folder = temp.path.slice(0, temp.path.lastIndexOf("/"));
  const cases: [path: string, message: string][] = [
    [temp.path, "expected good text"],
    [`${folder}/none`, "there is no such file"],
    [folder, "expected a file"],
  ];
  for (const [path, message] of cases) {
    assert.throws(() => open({ flag: "--some-file", path }), (error) => {
      assert.ok(error instanceof FileError);
      assert.equal(error.message, `Cannot use --some-file ${JSON.stringify(path)}: ${message}`);
      return true;
    });
  }
  using large = Deno.openSync(temp.path, { write: true });
  large.truncateSync((4 << 20) + 1);
  assert.throws(() => open(file(temp)), /: expected at most 4 MiB$/);
});

Deno.test("Reloaded looks each second while it watches, until it is closed", async () => {
  await using temp = new TempFile("one");
  const reloaded = open(file(temp)).watch();
  const changed = new Promise<void>((resolve) => reloaded.onChange = resolve);
  temp.replace("two");
  await changed;
  assert.equal(reloaded.value, "TWO");
  // The test would be told of a timer that is left.
  reloaded.close();
});

Deno.test("Reloaded tries again what the system, and not the file, was to blame for", async () => {
  await using temp = new TempFile("one");
  let works = true;
  const reloaded = new Reloaded({
    files: [file(temp)],
    silent: true,
    parse([{ bytes }]) {
      if (!works) throw new Error("out of descriptors");
      return new TextDecoder().decode(bytes);
    },
  });
  works = false;
  temp.replace("two");
  await settle(reloaded);
  assert.deepEqual([reloaded.value, reloaded.version], ["one", 0]);
  works = true;
  await reloaded.check();
  assert.deepEqual([reloaded.value, reloaded.version], ["two", 1]);
});
