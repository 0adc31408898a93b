import { strict as assert } from "node:assert";
import { type AuthFlags, authOptions } from "../../../manager/auth/options.ts";

const admin = (name: string, password: string) => ({ name, role: "admin" as const, password });
const viewer = (name: string, password: string) => ({ name, role: "viewer" as const, password });

const taken: [flags: AuthFlags, accounts: unknown[]][] = [
  [{ auth: ["ann:pw"] }, [admin("ann", "pw")]],
  [{ auth: ["ann:a:b=c:"] }, [admin("ann", "a:b=c:")]],
  [{ auth: ["admin:viewer:pw"] }, [admin("admin", "viewer:pw")]],
  [{ auth: ["viewer:pw"] }, [admin("viewer", "pw")]],
  [{ auth: ["viewer=ann:pw", "admin=bob:x"] }, [viewer("ann", "pw"), admin("bob", "x")]],
  [{ auth: ["ann@example.com:pw"] }, [admin("ann@example.com", "pw")]],
  [{ auth: ["ann: pw "] }, [admin("ann", " pw ")]],
  [{ authEnv: "ann:pw" }, [admin("ann", "pw")]],
  [{ authEnv: "ann:pw\nviewer=bob:a,b\n" }, [admin("ann", "pw"), viewer("bob", "a,b")]],
  [{ auth: ["ann:pw"], authEnv: "bob:nonsense" }, [admin("ann", "pw")]],
];
for (const [flags, accounts] of taken) {
  Deno.test(`authOptions takes ${JSON.stringify(flags)}`, () => {
    assert.deepEqual(authOptions(flags), { accounts, authFile: null, tokenFile: null });
  });
}

const name = /^Cannot parse --auth: expected a name of 1 to 64 characters/;
const refused: [flags: AuthFlags, message: RegExp][] = [
  [{ auth: ["hunter2"] }, /^Cannot parse --auth: expected name:password, or viewer=name:password$/],
  [{ authEnv: "hunter2" }, /^Cannot parse RUSTPROXY_AUTH: expected name:password/],
  [{ auth: ["root=ann:hunter2"] }, /: expected the role before the equals sign to be admin or/],
  [{ auth: ["=ann:hunter2"] }, /: expected the role before the equals sign to be admin or/],
  [{ auth: [":hunter2"] }, name],
  [{ auth: ["an n:hunter2"] }, name],
  [{ auth: ["local:hunter2"] }, name],
  [{ auth: ["-:hunter2"] }, name],
  [{ auth: ["\u202eann:hunter2"] }, name],
  [{ auth: [`${"a".repeat(65)}:hunter2`] }, name],
  [{ auth: ["ann:"] }, /: expected a password of 1 to 255 bytes behind the colon$/],
  [{ auth: [`ann:${"hunter2".repeat(40)}`] }, /: expected a password of 1 to 255 bytes/],
  [{ auth: ["ann:a", "viewer=ann:hunter2"] }, /^Cannot use --auth twice for one account/],
  [{ auth: Array(1001).fill("ann:hunter2") }, /^Cannot use --auth for more than 1000 accounts/],
  [{ auth: ["a:b"], tokenFile: "rpt_hunter2" }, /^Cannot use --token-file: expected a file that/],
  [{ tokenFile: "tokens" }, /^Cannot use --token-file without accounts: expected --auth or/],
];
for (const [flags, message] of refused) {
  Deno.test(`authOptions refuses ${JSON.stringify(flags).slice(0, 80)} and repeats no password`, () => {
    const said = authOptions(flags);
    assert.ok(typeof said === "string");
    assert.match(said, message);
    assert.ok(!said.includes("hunter2"), said);
  });
}

Deno.test("authOptions is null where nobody has to log in, and takes files beside given accounts", () => {
  assert.equal(authOptions({}), null);
  assert.equal(authOptions({ authEnv: "" }), null);
  assert.deepEqual(authOptions({ authFile: "a", tokenFile: "t" }), {
    ...{ accounts: [], authFile: "a", tokenFile: "t" },
  });
  const both = authOptions({ auth: ["ann:pw"], authFile: "a" });
  assert.ok(both !== null && typeof both === "object");
  assert.deepEqual([both.accounts.length, both.authFile], [1, "a"]);
});
