import { strict as assert } from "node:assert";
import { proxyOptionsSchema } from "../../../proxy/options.ts";
import { keyOf, KEYS } from "../../support/sealed.ts";

const [A, B] = KEYS;
type Flags = Record<string, string | string[]>;

function options(flags: Flags) {
  const { statsKey, statsKeyFile } = proxyOptionsSchema.parse({ mode: "http", ...flags });
  return { statsKey, statsKeyFile };
}

Deno.test("keyOptions takes a key, a file that holds it, or the environment's, which goes last", () => {
  const statsAddr = "m:1";
  const none = { statsKey: null, statsKeyFile: null };
  const ofA = { statsKey: keyOf(A), statsKeyFile: null };
  assert.deepEqual(options({}), none);
  assert.deepEqual(options({ statsAddr }), none);
  assert.deepEqual(options({ statsAddr, statsKey: A }), ofA);
  assert.deepEqual(options({ managerAddr: "m:1", statsKey: [A] }), ofA);
  assert.deepEqual(options({ statsAddr, statsKeyEnv: A }), ofA);
  assert.deepEqual(options({ statsAddr, statsKeyEnv: "" }), none);
  assert.deepEqual(options({ statsAddr, statsKey: A, statsKeyEnv: B }), ofA);
  assert.deepEqual(options({ statsAddr, statsKey: A, statsKeyEnv: "nonsense" }), ofA);
  const file = { statsKey: null, statsKeyFile: "/etc/key" };
  assert.deepEqual(options({ statsAddr, statsKeyFile: "/etc/key", statsKeyEnv: B }), file);
  // It is there for all of a machine's proxies, whether they report or not.
  assert.deepEqual(options({ statsKeyEnv: A }), ofA);
});

const EXPECTED = "expected 32 random bytes in base64, as rustproxy --print-key makes them";
const refused: [flags: Flags, message: string][] = [
  [{ statsKey: "hunter2" }, `Cannot use --stats-key: ${EXPECTED}`],
  [{ statsKey: "" }, `Cannot use --stats-key: ${EXPECTED}`],
  [{ statsKeyEnv: "hunter2" }, `Cannot use RUSTPROXY_STATS_KEY: ${EXPECTED}`],
  [{ statsKeyEnv: `${A} ` }, `Cannot use RUSTPROXY_STATS_KEY: ${EXPECTED}`],
  [{ statsKeyFile: "" }, 'Cannot use --stats-key-file "": expected a file'],
  [{ statsKeyFile: A }, "Cannot use --stats-key-file: expected a file that holds the key"],
  [
    { statsKey: A, statsKeyFile: "f" },
    "Cannot use both --stats-key and --stats-key-file: expected one of them",
  ],
  [
    { statsKey: [A, B] },
    "Cannot use more than one key in --stats-key: expected a proxy's only key",
  ],
  [
    { statsKeyEnv: `${A},${B}` },
    "Cannot use more than one key in RUSTPROXY_STATS_KEY: expected a proxy's only key",
  ],
];
for (const [flags, message] of refused) {
  Deno.test(`keyOptions says "${message}" of ${Object.keys(flags)}`, () => {
    const { error } = proxyOptionsSchema.safeParse({ mode: "http", statsAddr: "m:1", ...flags });
    assert.equal(error?.issues[0].message, message);
  });
}

Deno.test("keyOptions refuses a key for reports that go nowhere", () => {
  for (const [name, flag] of [["statsKey", "--stats-key"], ["statsKeyFile", "--stats-key-file"]]) {
    const flags = { mode: "http", [name]: name === "statsKey" ? A : "f" };
    const { error } = proxyOptionsSchema.safeParse(flags);
    assert.equal(error?.issues[0].message, `${flag} needs --manager-addr or --stats-addr`);
  }
});
