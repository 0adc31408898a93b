import { strict as assert } from "node:assert";
import { join } from "node:path";
import { DataDirError, defaultDataDir, prepareDataDir } from "../../../manager/history/data_dir.ts";
import { TempFolder } from "../../support/history.ts";

const table: [os: typeof Deno.build.os, env: Record<string, string>, dir: string | null][] = [
  ["linux", { HOME: "/home/ann" }, "/home/ann/.local/state/rustproxy"],
  ["linux", { HOME: "/home/ann", XDG_STATE_HOME: "/state" }, "/state/rustproxy"],
  ["linux", { HOME: "/home/ann", XDG_STATE_HOME: "state" }, "/home/ann/.local/state/rustproxy"],
  ["linux", { XDG_STATE_HOME: "/state" }, "/state/rustproxy"],
  ["linux", {}, null],
  ["linux", { HOME: "" }, null],
  ["freebsd", { HOME: "/home/ann" }, "/home/ann/.local/state/rustproxy"],
  ["darwin", { HOME: "/Users/ann" }, "/Users/ann/Library/Application Support/rustproxy"],
  ["darwin", { XDG_STATE_HOME: "/state" }, null],
  [
    "windows",
    { LOCALAPPDATA: "C:\\Users\\ann\\AppData\\Local" },
    "C:\\Users\\ann\\AppData\\Local\\rustproxy",
  ],
  ["windows", { HOME: "/home/ann" }, null],
];
for (const [os, env, dir] of table) {
  Deno.test(`defaultDataDir on ${os} with ${JSON.stringify(env)}`, () => {
    assert.equal(defaultDataDir(os, (name) => env[name]), dir);
  });
}

Deno.test("prepareDataDir makes directory and file for the user alone, and takes what is there", () => {
  using folder = new TempFolder();
  const dir = join(folder.path, "a", "b");
  const path = prepareDataDir(dir);
  assert.equal(path, join(dir, "history.db"));
  if (Deno.build.os !== "windows") {
    assert.equal(Deno.statSync(dir).mode! & 0o777, 0o700);
    assert.equal(Deno.statSync(path).mode! & 0o777, 0o600);
  }
  Deno.writeTextFileSync(path, "kept");
  assert.equal(prepareDataDir(dir), path);
  assert.equal(Deno.readTextFileSync(path), "kept");
});

Deno.test("prepareDataDir says in one line what is wrong with a directory", () => {
  using folder = new TempFolder();
  const file = join(folder.path, "file");
  Deno.writeTextFileSync(file, "");
  for (const dir of [file, join(file, "below")]) {
    assert.throws(() => prepareDataDir(dir), (error) => {
      assert.ok(error instanceof DataDirError);
      assert.ok(error.message.startsWith(`Cannot use the data directory ${dir}: `), error.message);
      assert.doesNotMatch(error.message, /\n|mkdir|open/);
      return true;
    });
  }
});
