import { strict as assert } from "node:assert";
import { checkAccess } from "../../proxy/check_access.ts";
import { parseHostPort } from "../../proxy/net/address.ts";
import { proxyOptionsSchema } from "../../proxy/options.ts";

const LOOKED_UP = ["192.0.2.1", "127.0.0.1", "2001:db8::1"];

async function answer(
  flags: Record<string, unknown>,
  client: string,
  target: string,
  resolve: () => Promise<string[]> = () => Promise.resolve(LOOKED_UP),
): Promise<[code: number, lines: string[]]> {
  const options = proxyOptionsSchema.parse({ mode: "http", ...flags });
  const question = { options, client, target: parseHostPort(target) };
  const { code, text } = await checkAccess(question, { resolve, close() {} });
  return [code, text.split("\n")];
}

const BY_DEFAULT = "allowed, no rule says otherwise";
const LOCAL = "denied, by default only clients on loopback reach the proxy's own host (local)";

Deno.test("checkAccess gives each address of a name its verdict, and allows if one is allowed", async () => {
  assert.deepEqual(await answer({}, "192.0.2.7", "a.test:80"), [0, [
    `client 192.0.2.7: ${BY_DEFAULT}`,
    `target a.test:80 at 192.0.2.1: ${BY_DEFAULT}`,
    `target a.test:80 at 127.0.0.1: ${LOCAL}`,
    `target a.test:80 at 2001:db8::1: ${BY_DEFAULT}`,
    "allowed",
  ]]);
  const access = ["--deny-target 192.0.2.0/24,[2001:db8::/32]:80"];
  const [code, lines] = await answer({ access }, "192.0.2.7", "a.test:80");
  assert.deepEqual([code, lines[1], lines[3], lines[4]], [
    1,
    "target a.test:80 at 192.0.2.1: denied, --deny-target 192.0.2.0/24",
    "target a.test:80 at 2001:db8::1: denied, --deny-target [2001:db8::/32]:80",
    "denied",
  ]);
});

Deno.test("checkAccess names the rule about the client, whose word is the last", async () => {
  const access = ["--deny 192.0.2.7", "--allow 192.0.2.0/24"];
  const cases: [client: string, code: number, line: string][] = [
    ["192.0.2.7", 1, "client 192.0.2.7: denied, --deny 192.0.2.7"],
    ["192.0.2.8", 0, "client 192.0.2.8: allowed, --allow 192.0.2.0/24"],
    ["::1", 1, "client ::1: denied, no --allow names it"],
  ];
  for (const [client, code, line] of cases) {
    const [got, lines] = await answer({ access }, client, "1.1.1.1:80");
    assert.deepEqual([got, ...lines], [
      code,
      line,
      `target 1.1.1.1:80: ${BY_DEFAULT}`,
      code === 0 ? "allowed" : "denied",
    ]);
  }
});

Deno.test("checkAccess looks up only what has to be, and denies what cannot be", async () => {
  const fail = () => Promise.reject(Object.assign(new Error("no"), { code: "ENOTFOUND" }));
  const target = async (access: string[], target: string) =>
    (await answer({ access }, "::1", target, fail))[1][1];
  assert.equal(await target([], "[::1]:80"), `target [::1]:80: ${BY_DEFAULT}`);
  assert.equal(
    await target(["--deny-target *.test"], "a.test:80"),
    "target a.test:80: denied, --deny-target *.test",
  );
  assert.equal(
    await target([], "a.test:80"),
    "target a.test:80: denied, it cannot be looked up: ENOTFOUND",
  );
  const [code, lines] = await answer({}, "::1", "a.test:80", () => Promise.resolve([]));
  assert.deepEqual([code, lines[1]], [1, "target a.test:80: denied, it has no address"]);
});

Deno.test("checkAccess leaves the target of --mode tcp alone", async () => {
  const flags = { mode: "tcp", target: "a:1", access: ["--deny ::1"] };
  assert.deepEqual(await answer(flags, "::2", "127.0.0.1:80"), [0, [
    `client ::2: ${BY_DEFAULT}`,
    "target 127.0.0.1:80: allowed, --mode tcp goes to its --target",
    "allowed",
  ]]);
  assert.equal((await answer(flags, "::1", "127.0.0.1:80"))[0], 1);
});
