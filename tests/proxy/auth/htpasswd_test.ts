import { strict as assert } from "node:assert";
import { HtpasswdError, MAX_USERS, parseHtpasswd } from "../../../proxy/auth/htpasswd.ts";
import { ALL_USERS, APACHE } from "../../support/htpasswd.ts";

const utf8 = (text: string) => new TextEncoder().encode(text);

Deno.test("parseHtpasswd reads what Apache's htpasswd writes", () => {
  const users = parseHtpasswd(utf8(ALL_USERS));
  assert.deepEqual([...users.keys()], ["ann", "bob", "carl", "dora"]);
  assert.deepEqual(users.get("ann"), {
    kind: "bcrypt",
    text: "$2y$05$WAKw0u0Z9HS.Yc6Gut/HQuWFyOaLfL/bNamNVbWZJ7kMWJ5MPSUZ.",
  });
  assert.deepEqual(users.get("carl"), {
    kind: "sha-crypt",
    id: "5",
    rounds: 1000,
    salt: "Dm0GKxMTghcK9Lly",
    digest: "WIEkn6LTlMQF0Ys5b/0n/k/qJWiD3zYLOuy1bAcr7ZC",
  });
  const dora = users.get("dora");
  assert.ok(dora?.kind === "sha-crypt");
  assert.deepEqual([dora.id, dora.rounds, dora.digest.length], ["6", 5000, 86]);
});

Deno.test("parseHtpasswd skips empty lines and comments, and takes CRLF and a last line without an end", () => {
  const text = `# users\r\n\r\n${APACHE.bcrypt}\r\n\n#${APACHE.plain}\n${APACHE.sha512}`;
  assert.deepEqual([...parseHtpasswd(utf8(text)).keys()], ["ann", "dora"]);
});

Deno.test("parseHtpasswd takes $2a$ and $2b$ beside $2y$, and names in any script", () => {
  for (const version of ["2a", "2b"]) {
    const line = APACHE.bcrypt.replace("2y", version).replace("ann", "\u0436\u00e9 n");
    assert.deepEqual([...parseHtpasswd(utf8(line)).keys()], ["\u0436\u00e9 n"]);
  }
});

const HASH = APACHE.bcrypt.slice(4);
const refused: [title: string, line: string, message: RegExp][] = [
  ["a plain password", APACHE.plain, /: expected a bcrypt .* hash, not a plain password or DES$/],
  ["DES", APACHE.des, /not a plain password or DES$/],
  ["Apache's MD5", APACHE.apr1, /not Apache's MD5 \(apr1\)$/],
  ["unsalted SHA-1", APACHE.sha1, /not unsalted SHA-1$/],
  ["MD5-crypt", "u:$1$abcdefgh$G9YP3nhVEFlBGgGe4MoGR.", /not MD5-crypt$/],
  ["the broken $2x$", `u:${HASH.replace("2y", "2x")}`, /not the broken \$2x\$$/],
  ["an empty hash", "u:", /expected a bcrypt/],
  ["no colon", "useronly", /expected user:hash$/],
  ["no user", `:${HASH}`, /expected a user name of 1 to 255 bytes$/],
  [
    "a user of 256 bytes",
    `${"\xe9".repeat(128)}:${HASH}`,
    /expected a user name of 1 to 255 bytes$/,
  ],
  ["half a bcrypt hash", APACHE.bcrypt.slice(0, -1), /this one is not whole$/],
  ["text behind a hash", `${APACHE.bcrypt} x`, /this one is not whole$/],
  ["a further field", `${APACHE.bcrypt}:x`, /this one is not whole$/],
  ["half a SHA-crypt hash", APACHE.sha512.slice(0, -1), /this one is not whole$/],
  ["a digest of the other length", APACHE.sha512.replace("$6$", "$5$"), /this one is not whole$/],
  [
    "a bcrypt cost of 3",
    `u:${HASH.replace("$05$", "$03$")}`,
    /expected a bcrypt cost from 4 to 14$/,
  ],
  [
    "a bcrypt cost of 15",
    `u:${HASH.replace("$05$", "$15$")}`,
    /expected a bcrypt cost from 4 to 14$/,
  ],
  ["999 rounds", APACHE.sha256.replace("=1000", "=999"), /expected from 1000 to 500000 rounds$/],
  ["500,001 rounds", APACHE.sha256.replace("=1000", "=500001"), /from 1000 to 500000 rounds$/],
  ["a user twice", APACHE.sha512.replace("dora", "first"), /the user stands in an earlier line$/],
];
for (const [title, line, message] of refused) {
  Deno.test(`parseHtpasswd refuses ${title}, by the line's number alone`, () => {
    const text = `# a comment\nfirst:${HASH}\n${line}\n${APACHE.sha512}\n`;
    assert.throws(() => parseHtpasswd(utf8(text)), (error) => {
      assert.ok(error instanceof HtpasswdError);
      assert.match(error.message, message);
      assert.match(error.message, /^line 3: /);
      const [user, hash = "none"] = line.split(":");
      for (const secret of [user, hash]) {
        assert.ok(secret.length < 4 || !error.message.includes(secret), error.message);
      }
      return true;
    });
  });
}

Deno.test("parseHtpasswd refuses a file without users, and one that is no text", () => {
  for (const text of ["", "\n", "# nobody\n"]) {
    assert.throws(() => parseHtpasswd(utf8(text)), /^HtpasswdError: expected at least one user$/);
  }
  assert.throws(() => parseHtpasswd(Uint8Array.of(117, 255)), /expected text in UTF-8$/);
});

Deno.test("parseHtpasswd bounds the number of users", () => {
  const lines = Array.from({ length: MAX_USERS }, (_, i) => `u${i}:${HASH}`);
  assert.equal(parseHtpasswd(utf8(lines.join("\n"))).size, MAX_USERS);
  const more = utf8([...lines, `more:${HASH}`].join("\n"));
  assert.throws(
    () => parseHtpasswd(more),
    /^HtpasswdError: line 10001: expected at most 10000 users$/,
  );
});
