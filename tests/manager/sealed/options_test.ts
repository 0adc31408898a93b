import { strict as assert } from "node:assert";
import { managerOptionsSchema } from "../../../manager/options.ts";
import { KEYS, statsKey } from "../../support/sealed.ts";

const [A, B] = KEYS;
type Flags = Record<string, string | string[]>;

function options(flags: Flags) {
  const { statsKeys, statsKeyFile } = managerOptionsSchema.parse(flags);
  return { statsKeys, statsKeyFile };
}

Deno.test("sealOptions takes several keys, a file of them, or the environment's, which go last", () => {
  const both = { statsKeys: [statsKey(A), statsKey(B)], statsKeyFile: null };
  assert.deepEqual(options({}), { statsKeys: [], statsKeyFile: null });
  assert.deepEqual(options({ statsKeyEnv: "" }), { statsKeys: [], statsKeyFile: null });
  assert.deepEqual(options({ statsKey: [A, B] }), both);
  assert.deepEqual(options({ statsKeyEnv: `${A},${B}` }), both);
  assert.deepEqual(options({ statsKey: [A, B], statsKeyEnv: "nonsense" }), both);
  const file = { statsKeys: [], statsKeyFile: "/etc/keys" };
  assert.deepEqual(options({ statsKeyFile: "/etc/keys", statsKeyEnv: A }), file);
});

const EXPECTED = "expected 32 random bytes in base64, as rustproxy --print-key makes them";
const refused: [flags: Flags, message: string][] = [
  [{ statsKey: [A, "hunter2"] }, `Cannot use --stats-key: ${EXPECTED}`],
  [{ statsKeyEnv: `${A},hunter2` }, `Cannot use RUSTPROXY_STATS_KEY: ${EXPECTED}`],
  [{ statsKeyEnv: `${A},` }, `Cannot use RUSTPROXY_STATS_KEY: ${EXPECTED}`],
  [{ statsKey: Array(65).fill(A) }, "Cannot use more than 64 keys: expected a --stats-key-file"],
  [
    { statsKey: [A], statsKeyFile: "f" },
    "Cannot use both --stats-key and --stats-key-file: expected one of them",
  ],
];
for (const [flags, message] of refused) {
  Deno.test(`sealOptions says "${message}" of ${Object.keys(flags)}`, () => {
    assert.equal(managerOptionsSchema.safeParse(flags).error?.issues[0].message, message);
  });
}
