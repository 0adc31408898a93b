import { strict as assert } from "node:assert";
import { describeAccess, isOpenToAll } from "../../../proxy/access/describe.ts";

const NONE = { clients: [], targets: [] };

Deno.test("describeAccess says what holds, and nothing where nothing does", () => {
  assert.equal(describeAccess("tcp", NONE), undefined);
  assert.equal(describeAccess("tcp", { ...NONE, clients: ["--deny ::1"] }), "clients by 1 rule");
  assert.equal(
    describeAccess("http", NONE),
    "targets on this host (local) only for clients on loopback",
  );
  assert.equal(
    describeAccess("socks5", {
      clients: ["--deny ::1", "--allow *"],
      targets: ["--deny-target a"],
    }),
    "clients by 2 rules; targets by 1 rule; " +
      "targets on this host (local) only for clients on loopback, unless a rule names them",
  );
});

Deno.test("isOpenToAll is true for a forward proxy that anybody may use", () => {
  const open = { mode: "http", auth: [], authFile: null, access: NONE };
  const denies = { clients: ["--deny ::1"], targets: ["--allow-target a"] };
  assert.equal(isOpenToAll(open, "0.0.0.0"), true);
  assert.equal(isOpenToAll({ ...open, mode: "socks5", access: denies }, "::"), true);
  assert.equal(isOpenToAll(open, "127.0.0.1"), false);
  assert.equal(isOpenToAll(open, "::1"), false);
  assert.equal(isOpenToAll({ ...open, mode: "tcp" }, "::"), false);
  assert.equal(isOpenToAll({ ...open, auth: [{ user: "u", password: "p" }] }, "::"), false);
  assert.equal(isOpenToAll({ ...open, authFile: "users" }, "::"), false);
  assert.equal(
    isOpenToAll({ ...open, access: { ...NONE, clients: ["--allow ::1"] } }, "::"),
    false,
  );
});
