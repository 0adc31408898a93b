import { strict as assert } from "node:assert";
import { Accounts } from "../../../manager/auth/accounts.ts";
import { ScryptHasher } from "../../../manager/auth/scrypt_hasher.ts";
import { newToken, tokenDigest, Tokens } from "../../../manager/auth/tokens.ts";
import { FileError } from "../../../proxy/reloaded.ts";
import { RFC } from "../../support/accounts.ts";
import { TempFile } from "../../support/htpasswd.ts";

const { hash } = RFC;
const token = newToken();
const given = [{ name: "ann", role: "admin" as const, password: "secret" }];

function openAccounts(path: string) {
  return new Accounts({ accounts: given, authFile: path, tokenFile: null }, new ScryptHasher());
}

const badAccounts: [what: string, content: string, message: RegExp][] = [
  ["no line", "# nobody\n\n", /: expected at least one account$/],
  ["a password in clear", `bob:admin:${hash}\neve:admin:hunter2`, /: line 2: expected a hash as/],
  ["no role", `bob:${hash}`, /: line 1: expected name:role: and a secret behind it$/],
  ["a foreign role", `bob:root:${hash}`, /: line 1: expected the role to be admin or viewer$/],
  ["no name", `:admin:${hash}`, /: line 1: expected a name of 1 to 64 characters/],
  ["a name twice", `bob:admin:${hash}\nbob:viewer:${hash}`, /: line 2: the name stands in an earl/],
  ["a given name", `ann:admin:${hash}`, /: line 1: --auth has the account too$/],
];
for (const [what, content, message] of badAccounts) {
  Deno.test(`Accounts refuses a file with ${what}, and repeats nothing of it`, async () => {
    await using file = new TempFile(content);
    assert.throws(() => openAccounts(file.path), (error) => {
      assert.ok(error instanceof FileError);
      assert.match(error.message, /^Cannot use --auth-file "/);
      assert.match(error.message, message);
      for (const secret of [hash, "hunter2", hash.slice(-20)]) {
        assert.ok(!error.message.includes(secret), error.message);
      }
      return true;
    });
  });
}

Deno.test("Accounts refuses bytes that are no text, and a file that is not there", async () => {
  await using file = new TempFile("");
  Deno.writeFileSync(file.path, new Uint8Array([0x61, 0xff, 0x3a]));
  assert.throws(() => openAccounts(file.path), /expected text in UTF-8$/);
  assert.throws(() => openAccounts(`${file.path}.not`), /there is no such file$/);
});

Deno.test("Accounts knows those given and those of the file, with comments and line ends of any kind", async () => {
  await using file = new TempFile(`# a comment\r\n\r\nbob:viewer:${hash}\r\n  eve:admin:${hash}`);
  const accounts = openAccounts(file.path);
  const roles = ["ann", "bob", "eve", "zoe"].map((name) => accounts.get(name)?.role);
  assert.deepEqual(roles, ["admin", "viewer", "admin", undefined]);
  accounts.close();
});

const badTokens: [what: string, content: string, message: RegExp][] = [
  ["no line", "", /: expected at least one token$/],
  ["a short token", "ci:admin:hunter2", /: line 1: expected a token of 32 to 512 characters/],
  ["a broken digest", "ci:admin:sha256:abc", /: line 1: expected a token of 32 to 512/],
  ["a space in it", `ci:admin:${token} hunter2`, /: line 1: expected a token of 32 to 512/],
  [
    "a token twice",
    `ci:admin:${token}\ncd:viewer:sha256:${tokenDigest(token)}`,
    /: line 2: the token stands in an earlier line$/,
  ],
];
for (const [what, content, message] of badTokens) {
  Deno.test(`Tokens refuses a file with ${what}, and repeats nothing of it`, async () => {
    await using file = new TempFile(content);
    assert.throws(() => new Tokens(file.path), (error) => {
      assert.ok(error instanceof FileError);
      assert.match(error.message, message);
      for (const secret of [token, "hunter2"]) assert.ok(!error.message.includes(secret));
      return true;
    });
  });
}

Deno.test("Tokens finds a token by its digest, whether the file has it or its digest", async () => {
  const other = newToken();
  assert.match(other, /^rpt_[A-Za-z0-9_-]{43}$/);
  const lines = `ci:admin:${token}\nprom:viewer:sha256:${tokenDigest(other).toUpperCase()}\n`;
  await using file = new TempFile(lines.replace("SHA256", "sha256"));
  const tokens = new Tokens(file.path);
  assert.deepEqual(tokens.find(tokenDigest(token)), { name: "ci", role: "admin" });
  assert.deepEqual(tokens.find(tokenDigest(other)), { name: "prom", role: "viewer" });
  assert.equal(tokens.find(tokenDigest(newToken())), null);
  assert.equal(tokens.find(token), null);
});
