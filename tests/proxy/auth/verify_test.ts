import { strict as assert } from "node:assert";
import { parseHtpasswd } from "../../../proxy/auth/htpasswd.ts";
import { verifyPassword } from "../../../proxy/auth/verify.ts";
import { APACHE } from "../../support/htpasswd.ts";

const utf8 = (text: string) => new TextEncoder().encode(text);

function verify(line: string, password: Uint8Array): boolean {
  return verifyPassword([...parseHtpasswd(utf8(line)).values()][0], password);
}

/** The last ones are Openwall's vectors for bcrypt. */
const right: [title: string, line: string, password: string][] = [
  ["bcrypt of Apache's htpasswd", APACHE.bcrypt, APACHE.bcryptPassword],
  ["its bcrypt in UTF-8", APACHE.utf8, APACHE.utf8Password],
  ["its SHA-256", APACHE.sha256, APACHE.sha256Password],
  ["its SHA-512", APACHE.sha512, APACHE.sha512Password],
  ["$2a$", "u:$2a$05$CCCCCCCCCCCCCCCCCCCCC.E5YPO9kmyuRGyh0XouQYb4YMJKvyOeW", "U*U"],
  ["$2b$", "u:$2b$05$XXXXXXXXXXXXXXXXXXXXXOAcXxm9kjPGEMsLznoKqmqw7tc8WCx4a", "U*U*U"],
  ["an empty password", "u:$2a$05$CCCCCCCCCCCCCCCCCCCCC.7uG0VCzI2bS7j6ymqJi9CdcdxiRTWNy", ""],
  [
    "72 bytes",
    "u:$2a$05$abcdefghijklmnopqrstuu5s2v8.iXieOjg/.AySBTTZIIVFJeBui",
    "0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789",
  ],
];
for (const [title, line, password] of right) {
  Deno.test(`verifyPassword takes the password of ${title}, and no other`, () => {
    assert.equal(verify(line, utf8(password)), true);
    for (const wrong of [`x${password}`, `${password.slice(0, 71)}\0`, password.slice(1) + "y"]) {
      assert.equal(verify(line, utf8(wrong)), false, JSON.stringify(wrong));
    }
  });
}

Deno.test("verifyPassword takes no password that bcrypt's library would see differently", () => {
  // The replacement character stands for bytes that are no UTF-8: it must not fit in their place.
  const line = "u:$2y$05$/OK.fbVrR/bpIqNJ5ianF.Sa7shbm4.OzKpvFnX1pQLmQW96oUlCq";
  assert.equal(verify(line, Uint8Array.of(0xa3)), false);
  assert.equal(verify(line, utf8("\ufffd")), false);
});
