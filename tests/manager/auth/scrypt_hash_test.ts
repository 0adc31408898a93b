import { strict as assert } from "node:assert";
import {
  hashPassword,
  parseScryptHash,
  type ScryptHash,
  verifyScrypt,
} from "../../../manager/auth/scrypt_hash.ts";
import { RFC } from "../../support/accounts.ts";

const utf8 = (text: string) => new TextEncoder().encode(text);

Deno.test("verifyScrypt agrees with the vector of RFC 7914", async () => {
  const hash = parseScryptHash(RFC.hash)!;
  assert.equal(await verifyScrypt(hash, utf8(RFC.password)), true);
  assert.equal(await verifyScrypt(hash, utf8(RFC.password + " ")), false);
  assert.equal(await verifyScrypt(hash, utf8("")), false);
});

Deno.test("hashPassword makes a hash that fits this password only, another one each time", async () => {
  const [one, other] = [await hashPassword(utf8("grüße:")), await hashPassword(utf8("grüße:"))];
  assert.notEqual(one, other);
  const hash: ScryptHash | null = parseScryptHash(one);
  assert.ok(hash);
  assert.deepEqual([hash.salt.length, hash.digest.length], [16, 32]);
  assert.equal(await verifyScrypt(hash, utf8("grüße:")), true);
  assert.equal(await verifyScrypt(hash, utf8("grüße")), false);
  assert.ok(!one.includes("grüße"));
});

const [, , , salt, digest] = RFC.hash.split("$");
const refused: [what: string, text: string][] = [
  ["nothing", ""],
  ["a password", "pleaseletmein"],
  ["another scheme", RFC.hash.replace("scrypt", "argon2id")],
  ["bcrypt", "$2y$05$WAKw0u0Z9HS.Yc6Gut/HQuWFyOaLfL/bNamNVbWZJ7kMWJ5MPSUZ."],
  ["too little work", `$scrypt$ln=13,r=8,p=1$${salt}$${digest}`],
  ["too much work", `$scrypt$ln=17,r=8,p=16$${salt}$${digest}`],
  ["too much memory", `$scrypt$ln=19,r=8,p=1$${salt}$${digest}`],
  ["work beyond all numbers", `$scrypt$ln=99,r=999,p=999$${salt}$${digest}`],
  ["no rounds", `$scrypt$ln=14,r=0,p=1$${salt}$${digest}`],
  ["a short salt", `$scrypt$ln=14,r=8,p=1$AAAA$${digest}`],
  ["a short digest", `$scrypt$ln=14,r=8,p=1$${salt}$AAAAAAAA`],
  ["broken base64", `$scrypt$ln=14,r=8,p=1$${salt}$${digest}A==`],
  ["something behind", `${RFC.hash}:x`],
];
for (const [what, text] of refused) {
  Deno.test(`parseScryptHash refuses ${what}`, () => {
    assert.equal(parseScryptHash(text), null);
  });
}

Deno.test("parseScryptHash takes padding, and the parameters that others recommend", () => {
  for (const set of ["ln=17,r=8,p=1", "ln=16,r=8,p=2", "ln=15,r=8,p=3", "ln=14,r=8,p=5"]) {
    assert.ok(parseScryptHash(`$scrypt$${set}$${salt}==$${digest}`), set);
  }
});
