import { strict as assert } from "node:assert";
import type { AuthOptions } from "../../../proxy/auth/options.ts";
import { proxyOptionsSchema } from "../../../proxy/options.ts";

type Flags = Record<string, string | string[]>;

const accepted: [title: string, flags: Flags, expected: AuthOptions][] = [
  ["nobody", {}, { auth: [], authFile: null }],
  ["credentials, split at the first colon", { auth: "user:pa:ss:" }, {
    auth: [{ user: "user", password: "pa:ss:" }],
    authFile: null,
  }],
  ["credentials of 255 bytes each", { auth: `${"\xe9".repeat(127)}u:${"p".repeat(255)}` }, {
    auth: [{ user: `${"\xe9".repeat(127)}u`, password: "p".repeat(255) }],
    authFile: null,
  }],
  ["several users and a file of more", { auth: ["a:x", "b:x"], authFile: "/etc/users" }, {
    auth: [{ user: "a", password: "x" }, { user: "b", password: "x" }],
    authFile: "/etc/users",
  }],
];
for (const [title, flags, expected] of accepted) {
  Deno.test(`authOptions takes ${title}`, () => {
    for (const mode of ["http", "socks5"]) {
      const { auth, authFile } = proxyOptionsSchema.parse({ mode, ...flags });
      assert.deepEqual({ auth, authFile }, expected);
    }
  });
}

function complaint(flags: Flags): string {
  const message = proxyOptionsSchema.safeParse(flags).error?.issues[0].message;
  assert.ok(message);
  return message;
}

const FOR_OTHERS = "is for --mode http and --mode socks5, not for --mode tcp";
const refused: [flags: Flags, message: string][] = [
  [{ mode: "tcp", target: "a:1", auth: "u:p" }, `--auth ${FOR_OTHERS}`],
  [{ mode: "tcp", target: "a:1", authFile: "f" }, `--auth-file ${FOR_OTHERS}`],
  [{ mode: "http", authFile: "" }, 'Cannot use --auth-file "": expected a file'],
  [
    { mode: "http", auth: ["ann:x", "ann:y"] },
    "Cannot use --auth twice for one user: expected each user once",
  ],
  [
    { mode: "http", auth: Array.from({ length: 1001 }, (_, i) => `u${i}:p`) },
    "Cannot use --auth more than 1000 times",
  ],
];
for (const [flags, message] of refused) {
  Deno.test(`authOptions says "${message}"`, () => assert.equal(complaint(flags), message));
}

const malformed = [
  ...["secret", ":secret", "secret:", "", ":"],
  ...[`${"s".repeat(256)}:p`, `u:${"\xe9".repeat(128)}`],
];
for (const auth of malformed) {
  Deno.test(`authOptions refuses the credentials ${auth.slice(0, 10)}, and does not repeat them`, () => {
    const message = "Cannot parse --auth: expected user:password, each of 1 to 255 bytes";
    assert.equal(complaint({ mode: "http", auth }), message);
    assert.equal(complaint({ mode: "http", auth: ["ann:x", auth] }), message);
  });
}
