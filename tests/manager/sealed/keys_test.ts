import { strict as assert } from "node:assert";
import { MAX_KEYS, openKeysFile, type StatsKey } from "../../../manager/sealed/keys.ts";
import { FileError } from "../../../proxy/reloaded.ts";
import { newStatsKey } from "../../../proxy/stats/key.ts";
import { TempFile } from "../../support/htpasswd.ts";
import { KEYS, statsKey } from "../../support/sealed.ts";

const [A, B, C] = KEYS;

const accepted: [title: string, text: string, keys: StatsKey[]][] = [
  ["one key", A, [statsKey(A)]],
  ["keys, comments and empty lines", `# old\r\n${A}\r\n\n  # new\n ${B}\n`, [
    statsKey(A),
    statsKey(B),
  ]],
  ["keys of proxies", `${A}\nedge-1 = ${B}\nb.2_x=${C}`, [
    statsKey(A),
    statsKey(B, "edge-1"),
    statsKey(C, "b.2_x"),
  ]],
  ["two keys of one proxy", `edge-1 = ${A}\nedge-1 = ${B}`, [
    statsKey(A, "edge-1"),
    statsKey(B, "edge-1"),
  ]],
];
for (const [title, text, keys] of accepted) {
  Deno.test(`openKeysFile takes ${title}`, async () => {
    await using file = new TempFile(text, "keys");
    assert.deepEqual(openKeysFile(file.path).value, keys);
  });
}

const KEY = "expected a key, or proxy_id = key; of the key, expected 32 random bytes in base64, " +
  "as rustproxy --print-key makes them";
const ID = "expected a proxy_id of 1 to 128 characters from A-Za-z0-9._- before the equals sign";
const refused: [text: string, message: string][] = [
  ["", "expected at least one key"],
  ["# nothing\n\n", "expected at least one key"],
  [`${A}\nhunter2`, `line 2: ${KEY}`],
  [`${A}\n\nedge-1 = hunter2`, `line 3: ${KEY}`],
  [`edge-1 ${A}`, `line 1: ${KEY}`],
  [`edge-1 = ${A} # hunter2`, `line 1: ${KEY}`],
  [`a = b = ${A}`, `line 1: ${KEY}`],
  [` = ${A}`, `line 1: ${ID}`],
  [`edge 1 = ${A}`, `line 1: ${ID}`],
  [`${"x".repeat(129)} = ${A}`, `line 1: ${ID}`],
  [`${A}\n${B}\n${A}`, "line 3: the key stands in an earlier line too"],
  [`edge-1 = ${A}\nedge-2 = ${A}`, "line 2: the key stands in an earlier line too"],
  [`${A}\nedge-2 = ${A}`, "line 2: the key stands in an earlier line too"],
];
for (const [text, message] of refused) {
  Deno.test(`openKeysFile refuses ${JSON.stringify(text).slice(0, 40)}, and repeats nothing of it`, async () => {
    await using file = new TempFile(text, "keys");
    assert.throws(() => openKeysFile(file.path), (error) => {
      assert.ok(error instanceof FileError);
      assert.equal(
        error.message,
        `Cannot use --stats-key-file ${JSON.stringify(file.path)}: ${message}`,
      );
      return true;
    });
  });
}

Deno.test("openKeysFile bounds the keys", async () => {
  const keys = Array.from({ length: MAX_KEYS + 1 }, newStatsKey);
  await using most = new TempFile(keys.slice(1).join("\n"), "keys");
  assert.equal(openKeysFile(most.path).value.length, MAX_KEYS);
  await using more = new TempFile(keys.join("\n"), "keys");
  assert.throws(() => openKeysFile(more.path), /: expected at most 20000 keys$/);
});

Deno.test("openKeysFile follows the file", async () => {
  await using file = new TempFile(A, "keys");
  const keys = openKeysFile(file.path);
  file.replace(`${A}\n${B}`);
  await keys.check();
  await keys.check();
  assert.deepEqual(keys.value, [statsKey(A), statsKey(B)]);
  file.replace(`${A}\nhunter2`);
  await keys.check();
  await keys.check();
  assert.deepEqual(keys.value, [statsKey(A), statsKey(B)]);
});
